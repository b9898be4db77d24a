//! Reads what a person names as a file and may be a pipe, such as a shell's `<(…)`: bounded in size and in time.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use zeroize::Zeroizing;

use crate::bounded::read_bounded;

/// How long is waited for somebody to write to a pipe, in seconds.
pub(super) const DEADLINE: u64 = 60;

/// How often a descriptor that does not wait is asked again.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens a file. A pipe that nobody has open for writing is not waited for: it is empty.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    // from here on a writer who is slow is waited for
    fcntl_getfl(&file).and_then(|flags| fcntl_setfl(&file, flags - OFlags::NONBLOCK))?;
    Ok(file)
}

/// Reads a file to its end, in a thread that can be left behind. `TimedOut` where that takes longer than [`DEADLINE`], `FileTooLarge` where there are
/// more than `most` bytes.
pub(super) fn read(file: File, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // room for all of a passphrase, so that no copy is left behind by a growing buffer
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(most.min(64 * 1024)).unwrap_or(0) + 2));
        let read = read_bounded(Patient(file), most, &mut bytes);
        let _ = sender.send(read.map(|()| bytes));
    });
    receiver
        .recv_timeout(Duration::from_secs(DEADLINE))
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, format!("nothing more was written to it within {DEADLINE} s")))?
}

/// Waits for what a descriptor has later, though whoever opened it wanted no waiting. The descriptor stays as it is for others who have it.
struct Patient(File);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
                result => return result,
            }
        }
    }
}
