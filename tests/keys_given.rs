//! Files as people give them where a private key is wanted: made by `openssl` and `ssh-keygen`, and read, or told apart with a command that makes a key
//! file of them, which is run.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// Makes all that is given below, of one key: `k.pem`.
const MAKE: &str = r#"set -e; umask 077
openssl ecparam -name prime256v1 -genkey -noout -out k.pem
openssl req -x509 -new -key k.pem -subj /CN=jeff -days 9 -out c.pem; openssl req -new -key k.pem -subj /CN=jeff -out csr.pem
openssl ecparam -name prime256v1 -out parameters.pem; openssl pkey -in k.pem -pubout -out pub.pem
cat k.pem c.pem >key-certificate.pem; cat c.pem k.pem >certificate-key.pem; cat csr.pem parameters.pem pub.pem k.pem c.pem >all.pem
openssl pkcs12 -export -inkey k.pem -in c.pem -passout pass:repopass1 -out k.p12
openssl pkcs12 -in k.p12 -passin pass:repopass1 -nodes -out attributes.pem
openssl pkcs12 -in k.p12 -passin pass:repopass1 -passout pass:repopass1 -out attributes-encrypted.pem
openssl pkcs8 -topk8 -v2 des3 -in k.pem -passout pass:repopass1 -out des3.pem
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in k.pem -passout pass:repopass1 -out pkcs12-pbe.pem
openssl pkcs8 -topk8 -v1 PBE-MD5-DES -provider default -provider legacy -in k.pem -passout pass:repopass1 -out md5-des.pem
openssl pkcs8 -topk8 -v2 camellia-256-cbc -in k.pem -passout pass:repopass1 -out camellia.pem
openssl ec -in k.pem -param_enc explicit -out explicit.pem
openssl pkey -in k.pem -outform DER -out k.der
iconv -f UTF-8 -t UTF-16 k.pem >utf16.pem; { printf '\357\273\277'; cat k.pem; } >marked.pem
awk '{ printf "%s\\n", $0 }' k.pem >escaped.pem; base64 -w0 k.pem >base64.pem; tr '\n' ' ' <k.pem >blanks.pem
cp k.pem ssh; ssh-keygen -q -p -N '' -f ssh; ssh-keygen -y -f ssh >ssh.pub
python3 -c "import zipfile; z = zipfile.ZipFile('bundle.zip', 'w'); z.write('k.pem', 'key.pem'); z.write('c.pem', 'cert.pem')"
mkdir bundle; cp k.pem bundle/key.pem; : >empty.pem; head -3 k.pem >cut.pem; cp k.pem open.pem; cp c.pem open-certificate.pem; chmod 644 open*.pem
"#;

/// What a shell says in the folder, in a home that has no key yet.
fn shell(folder: &Path, line: &str) -> Output {
    let path = std::env::var("PATH").unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_dct")).parent().unwrap().display();
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("bash");
    command.env_clear().env("HOME", home.path()).env("PATH", format!("{program}:{path}")).current_dir(folder).stdin(Stdio::null());
    command.env("DCT_PASSPHRASE_JEFF", "passphrase1").env("DCT_PASSPHRASE_ENCRYPTED", "repopass1");
    command.args(["-c", line]).output().unwrap()
}

fn made() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = shell(folder.path(), MAKE);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
}

/// The ID of the one key that was loaded, and what was said beside it; else the error.
fn load(folder: &Path, line: &str) -> Result<(String, String), String> {
    let run = shell(folder, line);
    let said = String::from_utf8(run.stderr).unwrap();
    let stored = said.lines().find_map(|line| line.strip_prefix("Key ")?.strip_suffix(" is stored as jeff"));
    match (run.status.success(), stored) {
        (true, Some(id)) => Ok((id.to_owned(), said)),
        _ => Err(said),
    }
}

fn load_file(folder: &Path, file: &str) -> Result<(String, String), String> {
    load(folder, &format!("dct key load --name jeff {file}"))
}

#[test]
fn a_key_is_taken_wherever_it_stands_and_however_it_is_encrypted() {
    let folder = made();
    let (id, _) = load_file(folder.path(), "k.pem").unwrap();
    for (file, passed_over) in [
        ("key-certificate.pem", 1),
        ("certificate-key.pem", 1),
        ("all.pem", 3),
        ("attributes.pem", 1),
        ("attributes-encrypted.pem", 1),
        ("des3.pem", 0),
        ("pkcs12-pbe.pem", 0),
        ("marked.pem", 0),
    ] {
        let (loaded, said) = load_file(folder.path(), file).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(loaded, id, "{file}");
        let warnings = said.lines().filter(|line| line.starts_with("warning: a PEM block of type ")).count();
        assert_eq!(warnings, passed_over, "{file}: {said}");
    }
}

#[test]
fn a_pipe_standard_input_and_a_variable_are_read() {
    let folder = made();
    let (id, _) = load_file(folder.path(), "k.pem").unwrap();
    for line in [
        "dct key load --name jeff - <k.pem",
        "cat k.pem | dct key load --name jeff -",
        "dct key load --name jeff <(cat k.pem)",
        "cat k.pem | dct key load --name jeff /dev/stdin",
        "dct key load --name jeff /dev/stdin <k.pem",
        "KEY=$(cat k.pem) dct key load --name jeff env:KEY",
        "mkfifo -m 600 pipe; cat k.pem >pipe & dct key load --name jeff pipe",
    ] {
        let loaded = load(folder.path(), line).map(|(id, _)| id);
        assert_eq!(loaded.as_ref(), Ok(&id), "{line}");
    }
    // what holds the key holds no passphrase
    for from in ["- <k.pem", "/dev/stdin <k.pem", "<(cat k.pem)", "env:KEY"] {
        let refused = load(folder.path(), &format!("unset DCT_PASSPHRASE_JEFF; KEY=$(cat k.pem) dct key load --name jeff {from}"));
        assert!(refused.as_ref().is_err_and(|said| said.contains("the input ended; set ")), "{from}: {refused:?}");
    }
    // no program that is run has the key
    let spied =
        "KEY=$(cat k.pem) DCT_PASSPHRASE_JEFF= dct key load --passphrase-command 'sh -c \"env >seen; echo passphrase1\"' env:KEY";
    let said = shell(folder.path(), &spied.replace("DCT_PASSPHRASE_JEFF=", "OTHER=x"));
    assert!(said.status.success(), "{said:?}");
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    assert!(seen.contains("OTHER=x") && !seen.contains("PRIVATE KEY"), "{seen}");
    for (line, expected) in [
        ("dct key load - </dev/null", "is not a regular file"),
        ("dct key load - <open.pem", "must not be readable or writable by others"),
        ("dct key load <(cat /dev/zero)", "is larger than 1 MiB"),
        ("dct key load env:NONE", "the variable is not set"),
        ("dct key load env:", "the variable is not set"),
    ] {
        let said = load(folder.path(), line).unwrap_err();
        assert!(said.starts_with("refusing to load key from ") && said.contains(expected), "{line}: {said}");
    }
}

#[test]
fn what_is_no_key_file_is_told_apart_with_a_command_that_makes_one() {
    let folder = made();
    let (id, _) = load_file(folder.path(), "k.pem").unwrap();
    let hint = |file: &str| {
        let said = load_file(folder.path(), file).unwrap_err();
        said.lines().find_map(|line| line.strip_prefix("hint: ")).map_or_else(|| panic!("{file}: {said}"), str::to_owned)
    };
    let passphrases = "-passin pass:repopass1 -passout pass:repopass1";
    for (file, answers) in [
        ("md5-des.pem", passphrases),
        ("camellia.pem", passphrases),
        ("explicit.pem", passphrases),
        ("k.der", passphrases),
        ("k.p12", passphrases),
        ("utf16.pem", ""),
        ("ssh", "-N ''"),
    ] {
        // what stands in brackets is no part of it
        let command = hint(file).split(" (").next().unwrap().to_owned();
        let loaded = load(folder.path(), &format!("umask 077; {command} {answers} && dct key load --name jeff new.pem"));
        assert_eq!(loaded.map(|(id, _)| id).as_ref(), Ok(&id), "{file}: {command}");
    }
    for file in ["base64.pem", "escaped.pem"] {
        let loaded = load(folder.path(), &hint(file).replace("key load", "key load --name jeff"));
        assert_eq!(loaded.map(|(id, _)| id).as_ref(), Ok(&id), "{file}");
    }
    let unzip = hint("bundle.zip");
    assert!(unzip.ends_with("unzip bundle.zip key.pem"), "{unzip}");
    for (file, expected) in [
        ("blanks.pem", "keeps those of the variable KEY"),
        ("bundle", "bundle/key.pem"),
        ("c.pem", "the private key is key.pem"),
        ("open-certificate.pem", "the private key is key.pem"),
        ("open.pem", "chmod 600 open.pem"),
        ("pub.pem", "dct signer add --key"),
        ("ssh.pub", "ssh-keygen -e -m PKCS8 -f ssh.pub >new.pub"),
    ] {
        let hint = hint(file);
        assert!(hint.contains(expected), "{file}: {hint}");
    }
    for (file, cause) in [("empty.pem", "it is empty"), ("cut.pem", "a line of it is damaged, or its end is not there")] {
        let said = load_file(folder.path(), file).unwrap_err();
        assert!(said.contains(&format!("cause: {cause}\n")), "{file}: {said}");
    }
}

#[test]
fn a_passphrase_that_is_no_utf8_opens_a_key_wherever_it_comes_from() {
    let folder = made();
    let latin = r"P=$(printf 'p\344sswort1'); printf 'p\344sswort1\n' >latin; chmod 600 latin
        openssl pkcs8 -topk8 -in k.pem -passout file:latin -out latin.pem; unset DCT_PASSPHRASE_ENCRYPTED; ";
    for line in [
        "DCT_PASSPHRASE_ENCRYPTED=$P dct key load --name jeff latin.pem",
        "DCT_PASSPHRASE_ENCRYPTED_FILE=latin dct key load --name jeff latin.pem",
        "DCT_PASSPHRASE_ENCRYPTED_COMMAND='cat latin' dct key load --name jeff latin.pem",
        "unset DCT_PASSPHRASE_JEFF; dct key load --passphrase-fd 3 --name jeff latin.pem 3<latin",
        "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE=$P dct key load --name jeff latin.pem",
        "dct key load --name jeff latin.pem <latin",
    ] {
        let loaded = load(folder.path(), &format!("{latin}{line}"));
        assert!(loaded.is_ok(), "{line}: {loaded:?}");
    }
}
