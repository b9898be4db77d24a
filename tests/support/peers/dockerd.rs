//! A real Docker Engine for one test: `dockerd` and the containerd that it brings, all of it in one folder, without a network of its own. It
//! serves images and runs no container.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    openssl::ServerCerts,
    ports::{self, PortLease},
    programs,
};

/// How long it may take until it listens.
const START: Duration = Duration::from_secs(40);

/// Runs its arguments as a child, and ends that child when standard input ends, and then the containerd that it started, if that is still there.
const KEEPER: &str = r#"exec 3<&0
exec_root=$1; shift
"$@" 3<&- </dev/null &
server=$!
(read -r _ <&3; kill "$server"; sleep 20; kill -9 "$server") 2>/dev/null &
reader=$!
wait "$server"
kill "$reader" 2>/dev/null
pid=$(cat "$exec_root/containerd/containerd.pid" 2>/dev/null)
[ -n "$pid" ] && grep -q "$exec_root" "/proc/$pid/cmdline" 2>/dev/null && kill -9 "$pid"
true"#;

/// The Engine; dropped, it ends.
pub(crate) struct Dockerd {
    keeper: Child,
    socket: PathBuf,
    tls_host: String,
    _port: PortLease,
}

impl Dockerd {
    /// Starts one. None, said aloud, where it is not installed (in CI a failure), where nobody is root, or where this machine cannot run it.
    pub(crate) fn start(folder: &Path, certs: &ServerCerts) -> Option<Self> {
        if !programs::installed(&["dockerd", "containerd"]) {
            return None;
        }
        if !rustix::process::geteuid().is_root() {
            return cannot("only root can run it");
        }
        fs::create_dir_all(folder).expect("writable");
        let path = |name: &str| folder.join(name).into_os_string();
        let (socket, log) = (folder.join("docker.sock"), folder.join("dockerd.log"));
        let port = ports::lease();
        let out = File::create(&log).expect("a log file");
        let keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(path("exec"))
            .arg(programs::path_of("dockerd").expect("looked for before"))
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"])
            .args(["-H".into(), format!("unix://{}", socket.display())])
            .args(["-H".into(), format!("tcp://127.0.0.1:{}", port.number)])
            .arg("--tlsverify")
            .args([OsStr::new("--tlscacert"), certs.ca.as_os_str()])
            .args([OsStr::new("--tlscert"), certs.cert.as_os_str()])
            .args([OsStr::new("--tlskey"), certs.key.as_os_str()])
            .args(["--data-root".into(), path("data")])
            .args(["--exec-root".into(), path("exec")])
            .args(["--pidfile".into(), path("pid")])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", folder)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(out.try_clone().expect("a second handle"))
            .stderr(out)
            .spawn()
            .expect("/bin/sh starts");
        let tls_host = format!("tcp://localhost:{}", port.number);
        let mut engine = Self { keeper, socket, tls_host, _port: port };
        let deadline = Instant::now() + START;
        while !fs::read_to_string(&log).is_ok_and(|log| log.matches("API listen on").count() == 2) {
            let ended = engine.keeper.try_wait().expect("the keeper can be asked").is_some();
            if ended || Instant::now() >= deadline {
                let log = fs::read_to_string(&log).unwrap_or_default();
                return cannot(log.lines().last().unwrap_or("it does not answer"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Some(engine)
    }

    /// The value of `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// The same by TLS; a client shows a certificate of the CA.
    pub(crate) fn tls_host(&self) -> &str {
        &self.tls_host
    }
}

impl Drop for Dockerd {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Says aloud why the tests with an Engine do not run. Unlike a program that is absent, no CI can mend this.
fn cannot(reason: &str) -> Option<Dockerd> {
    writeln!(std::io::stderr(), "SKIPPED: dockerd cannot run here: {reason}").expect("stderr is writable");
    None
}
