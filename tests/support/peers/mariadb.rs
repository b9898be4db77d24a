//! A MariaDB of one test, for the Notary server and signer to store in, as in a Docker Trusted Registry: all of it in one folder, on one
//! loopback port. It never touches a MariaDB that the machine runs.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::Path,
    process::Command,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    ports::{self, PortLease},
    process::{self, Server},
    programs,
};

/// What has to be installed.
pub(crate) const PROGRAMS: [&str; 3] = ["mariadbd", "mariadb-install-db", "mariadb"];

/// How long it may take to lay out the system tables, and to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// The databases, and the users with the rights that notary's `docs/running_a_service.md` recommends for them.
const ACCESS: &str = "\
CREATE DATABASE notaryserver CHARACTER SET utf8;
CREATE DATABASE notarysigner CHARACTER SET utf8;
CREATE USER 'server'@'127.0.0.1' IDENTIFIED BY 'server-password';
CREATE USER 'signer'@'127.0.0.1' IDENTIFIED BY 'signer-password';
GRANT SELECT, INSERT, UPDATE, DELETE ON notaryserver.* TO 'server'@'127.0.0.1';
GRANT SELECT, INSERT, UPDATE, DELETE ON notarysigner.* TO 'signer'@'127.0.0.1';
";

/// The tables by notary's models: `TUFFile` and `SQLChange` (`server/storage/sql_models.go`), `GormPrivateKey`
/// (`signer/keydbstore/sql_keydbstore.go`); the first columns are those of every `gorm.Model`.
const TABLES: [(&str, &[&str]); 3] = [
    (
        "notaryserver.tuf_files",
        &[
            "id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY",
            "created_at TIMESTAMP NULL",
            "updated_at TIMESTAMP NULL",
            "deleted_at TIMESTAMP NULL",
            "gun VARCHAR(255) NOT NULL",
            "role VARCHAR(255) NOT NULL",
            "version INT NOT NULL",
            "sha256 VARCHAR(64)",
            "data LONGBLOB NOT NULL",
            "UNIQUE INDEX idx_gun (gun, role, version)",
        ],
    ),
    (
        "notaryserver.changefeed",
        &[
            "id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY",
            "created_at TIMESTAMP NULL",
            "gun VARCHAR(255) NOT NULL",
            "version INT NOT NULL",
            "sha256 VARCHAR(64)",
            "category VARCHAR(20) NOT NULL",
        ],
    ),
    (
        "notarysigner.private_keys",
        &[
            "id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY",
            "created_at TIMESTAMP NULL",
            "updated_at TIMESTAMP NULL",
            "deleted_at TIMESTAMP NULL",
            "key_id VARCHAR(255) NOT NULL UNIQUE",
            "encryption_alg VARCHAR(255) NOT NULL",
            "keywrap_alg VARCHAR(255) NOT NULL",
            "algorithm VARCHAR(50) NOT NULL",
            "passphrase_alias VARCHAR(50) NOT NULL",
            "gun VARCHAR(255) NOT NULL",
            "role VARCHAR(255) NOT NULL",
            "public BLOB NOT NULL",
            "private BLOB NOT NULL",
            "last_used DATETIME NULL",
        ],
    ),
];

/// The running database; dropped, it ends.
pub(crate) struct MariaDb {
    _server: Server,
    port: PortLease,
    socket: OsString,
}

impl MariaDb {
    /// Lays one out in `folder` and starts it; it answers when this returns.
    pub(crate) fn start(folder: &Path) -> Self {
        let here = folder.join("mariadb");
        // at its start it removes what another one has in a temporary folder of both
        let temporary = here.join("tmp");
        fs::create_dir_all(&temporary).expect("writable");
        let data = option("--datadir=", here.join("data").as_os_str());
        install(&data, &temporary);
        let setup = here.join("setup.sql");
        fs::write(&setup, statements()).expect("writable");
        let (port, socket) = (ports::lease(), option("--socket=", here.join("socket").as_os_str()));
        let args = [
            "--no-defaults".into(),
            data,
            option("--init-file=", setup.as_os_str()),
            socket.clone(),
            option("--pid-file=", here.join("pid").as_os_str()),
            option("--tmpdir=", temporary.as_os_str()),
            "--bind-address=127.0.0.1".into(),
            format!("--port={}", port.number).into(),
            // a test's data need not outlive a power cut
            "--innodb-flush-log-at-trx-commit=0".into(),
        ];
        let args: Vec<&OsStr> = args.iter().map(OsString::as_os_str).chain(user().map(OsStr::new)).collect();
        let mut server = Server::start("mariadbd", &args, &[], &here);
        let log = here.join("mariadbd.log");
        server.wait_until(|| fs::read_to_string(&log).is_ok_and(|log| log.contains("ready for connections")));
        assert!(!server.log().contains("[ERROR]"), "{}", server.log());
        Self { _server: server, port, socket }
    }

    /// Runs a statement on what the Notary server has stored.
    pub(crate) fn run_on_server(&self, statement: &str) {
        let mut command = Command::new(programs::path_of("mariadb").expect("looked for before"));
        finished(command.arg("--no-defaults").arg(&self.socket).args(["--user=root", "notaryserver", "-e", statement]));
    }

    /// The `storage` of the Notary server's configuration.
    pub(crate) fn of_server(&self) -> Value {
        json!({"backend": "mysql", "db_url": self.url("server", "notaryserver")})
    }

    /// The `storage` of the signer's.
    pub(crate) fn of_signer(&self) -> Value {
        json!({"backend": "mysql", "db_url": self.url("signer", "notarysigner"), "default_alias": "test"})
    }

    fn url(&self, user: &str, database: &str) -> String {
        format!("{user}:{user}-password@tcp(127.0.0.1:{})/{database}?parseTime=True", self.port.number)
    }
}

fn install(data: &OsStr, temporary: &Path) {
    let mut command = Command::new(programs::path_of("mariadb-install-db").expect("looked for before"));
    command.env("TMPDIR", temporary);
    command.arg("--no-defaults").arg(data).args(user()).args(["--skip-test-db", "--auth-root-authentication-method=normal"]);
    finished(&mut command);
}

fn finished(command: &mut Command) {
    let (status, out, err) = process::run(command, "", LIMIT);
    assert!(status.success(), "{}{}", String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
}

/// What the server runs at its start: a statement a line.
fn statements() -> String {
    let tables = TABLES.map(|(name, columns)| format!("CREATE TABLE {name} ({}) ENGINE=InnoDB;\n", columns.join(", ")));
    format!("{ACCESS}{}", tables.concat())
}

/// It runs as whoever runs the test; as root only when that is said.
fn user() -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some("--user=root")
}

fn option(name: &str, value: &OsStr) -> OsString {
    let mut option = OsString::from(name);
    option.push(value);
    option
}
