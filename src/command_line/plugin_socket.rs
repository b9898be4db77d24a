//! How Docker tells its plugin to end: by a socket that it closes.
//!
//! On a terminal Ctrl-C reaches the plugin by itself. Where Docker alone is signalled it closes the socket, or it has ended and the kernel does;
//! what is under way here then ends as by that signal: a terminal gets its echo back, and files are whole.

use std::{
    ffi::OsStr,
    io::{self, Read as _},
    os::unix::net::UnixStream,
    thread,
};

use rustix::{
    io::fcntl_dupfd_cloexec,
    process::{Signal, getpid, kill_process},
};

/// The variable that names the socket; with an `@` first it is one of Linux' abstract names.
const SOCKET: &str = "DOCKER_CLI_PLUGIN_SOCKET";

/// Ends this process when Docker closes the socket that the environment names. Without one, or where it is not to be reached, nothing happens, as
/// with Docker's own plugins.
pub(crate) fn watch() {
    let Some(name) = std::env::var_os(SOCKET).filter(|name| !name.is_empty()) else { return };
    let Ok(socket) = connect(&name).and_then(|socket| out_of_the_way(&socket)) else { return };
    // without a thread the command does its work all the same
    let _ = thread::Builder::new().name("plugin socket".to_owned()).spawn(move || {
        wait(socket);
        // by way of the signal, so that whatever has to be undone before the end is undone
        let _ = kill_process(getpid(), Signal::TERM);
    });
}

/// Waits for the end of what Docker says, which is nothing.
fn wait(mut socket: UnixStream) {
    let mut ignored = [0; 64];
    loop {
        match socket.read(&mut ignored) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// The same socket under a number that nobody means who names a descriptor of their own.
fn out_of_the_way(socket: &UnixStream) -> io::Result<UnixStream> {
    const LEAST: i32 = 128;
    Ok(fcntl_dupfd_cloexec(socket, LEAST)?.into())
}

fn connect(name: &OsStr) -> io::Result<UnixStream> {
    #[cfg(target_os = "linux")]
    if let Some(name) = name.as_encoded_bytes().strip_prefix(b"@") {
        use std::os::{linux::net::SocketAddrExt as _, unix::net::SocketAddr};
        return UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?);
    }
    UnixStream::connect(name)
}
