//! Loopback ports that nobody else takes: several harnesses run at once, in threads and in processes.

use std::{
    fs::{self, File},
    net::TcpListener,
    sync::atomic::{AtomicU32, Ordering},
};

/// Below the range from which the kernel picks ports for outgoing connections.
const RANGE: std::ops::Range<u32> = 20_000..32_000;

/// A port of ours until the lease is dropped.
pub(crate) struct PortLease {
    /// The port.
    pub(crate) number: u16,
    _lock: File,
}

/// Takes a free port. A lock file keeps it ours in the time between this look and the server's bind.
pub(crate) fn lease() -> PortLease {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = std::env::temp_dir().join("dct-test-ports");
    fs::create_dir_all(&folder).expect("a folder for port locks");
    let span = RANGE.end - RANGE.start;
    for _ in 0..span {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let number = RANGE.start + (std::process::id().wrapping_mul(61).wrapping_add(step)) % span;
        let number = u16::try_from(number).expect("the range is of ports");
        let lock = File::create(folder.join(number.to_string())).expect("a port lock file");
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", number)).is_ok() {
            return PortLease { number, _lock: lock };
        }
    }
    panic!("no free port in {RANGE:?}");
}
