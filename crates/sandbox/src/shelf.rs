//! Where the sandbox keeps everything: records of bytes by name, in memory, and in a folder too where they shall outlive the process.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use hyper::body::Bytes;

use super::commit::{self, Step};

/// A record's name, such as `["trust", GUN, "targets", "3"]`. Its parts may hold anything; on disk each is escaped.
pub type Name = Vec<String>;

/// All records.
#[derive(Debug)]
pub struct Shelf {
    records: Mutex<BTreeMap<Name, Bytes>>,
    folder: Option<PathBuf>,
}

/// The name of these parts.
pub fn name<const N: usize>(parts: [&str; N]) -> Name {
    parts.map(str::to_owned).to_vec()
}

impl Shelf {
    /// One that ends with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { records: Mutex::default(), folder: None }
    }

    /// One that is kept in a folder, with what is there from before.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        commit::open(folder)?;
        let mut records = BTreeMap::new();
        read_folder(folder, "", &mut Vec::new(), &mut records)?;
        Ok(Self { records: Mutex::new(records), folder: Some(folder.to_owned()) })
    }

    /// A record.
    pub fn get(&self, name: &[String]) -> Option<Bytes> {
        self.records().get(name).cloned()
    }

    /// The records whose names begin with these parts, in the order of their names.
    pub fn below(&self, prefix: &[String]) -> Vec<(Name, Bytes)> {
        let records = self.records();
        let from = records.range(prefix.to_vec()..).take_while(|(name, _)| name.starts_with(prefix));
        from.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    }

    /// Puts records down, all of them or none; one that is there already is replaced.
    pub fn put(&self, new: Vec<(Name, Bytes)>) -> io::Result<()> {
        self.change(&[], new).map(drop)
    }

    /// Takes away the records whose names begin with these parts, all of them or none, and says how many there were.
    pub fn remove(&self, prefix: &[String]) -> io::Result<usize> {
        self.change(&[prefix.to_vec()], Vec::new())
    }

    /// Takes away what begins with one of these names and puts down what is new, all of it or nothing. Says how many went.
    pub fn change(&self, gone: &[Name], new: Vec<(Name, Bytes)>) -> io::Result<usize> {
        let mut records = self.records();
        let begins = |name: &&Name| gone.iter().any(|prefix| name.starts_with(prefix));
        let names: Vec<Name> = if gone.is_empty() { Vec::new() } else { records.keys().filter(begins).cloned().collect() };
        if let Some(folder) = &self.folder {
            let removals = names.iter().filter(|name| !new.iter().any(|(new, _)| new == *name));
            let removals = removals.map(|name| Step::Remove(path_of(name)));
            let writes = new.iter().map(|(name, bytes)| Step::Write(path_of(name), bytes));
            commit::apply(folder, removals.chain(writes).collect())?;
        }
        for name in &names {
            records.remove(name);
        }
        records.extend(new);
        Ok(names.len())
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<Name, Bytes>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Longest escaped part in one path component; what is longer goes on in the next.
const COMPONENT: usize = 200;

fn read_folder(folder: &Path, begun: &str, at: &mut Name, records: &mut BTreeMap<Name, Bytes>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(component) = entry.file_name().to_str().map(|component| format!("{begun}{component}")) else { continue };
        if let Some(begun) = component.strip_suffix('+').filter(|_| entry.path().is_dir()) {
            read_folder(&entry.path(), begun, at, records)?;
            continue;
        }
        // what is not ours, such as a file that a crash left half written
        let Some(part) = unescape(&component) else { continue };
        at.push(part);
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), "", at, records)?;
        } else {
            // a record's file ends in `=`, so that a name can be the beginning of another's
            if let Some((last, before)) = at.split_last()
                && let Some(last) = last.strip_suffix('=')
            {
                let name = before.iter().cloned().chain([last.to_owned()]).collect();
                records.insert(name, Bytes::from(fs::read(entry.path()).map_err(|error| named(&entry.path(), &error))?));
            }
        }
        at.pop();
    }
    Ok(())
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Where a record lies below the folder.
fn path_of(name: &[String]) -> PathBuf {
    let mut path = PathBuf::new();
    for part in name {
        let mut rest = escape(part);
        while rest.len() > COMPONENT {
            let after = rest.split_off(COMPONENT);
            path.push(rest + "+");
            rest = after;
        }
        path.push(rest);
    }
    path.as_mut_os_string().push("=");
    path
}

/// One path component: letters, digits, `-` and `_` as they are, a dot where it does not begin the name, all else in hex.
fn escape(part: &str) -> String {
    let mut out = String::new();
    for (at, byte) in part.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            b'.' if at > 0 => out.push('.'),
            _ => out.extend(['%', hex(byte >> 4), hex(byte & 15)]),
        }
    }
    if out.is_empty() { "%".to_owned() } else { out }
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0')
}

/// None for what `escape` never writes. A record file's `=` stays.
fn unescape(part: &str) -> Option<String> {
    let (part, mark) = part.strip_suffix('=').map_or((part, ""), |part| (part, "="));
    if part == "%" {
        return Some(mark.to_owned());
    }
    let mut bytes = Vec::new();
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (escape(&name) == part).then(|| name + mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_folder_holds_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let long = "a/é".repeat(300);
        let names = [
            name(["long", &long, "1"]),
            name(["long", &long]),
            name(["trust", "localhost:5000/../x", "targets/a", "1"]),
            name(["trust", ""]),
            name(["a"]),
            name(["a", "b"]),
            name(["é=", ".."]),
        ];
        let shelf = Shelf::in_folder(folder.path()).unwrap();
        for (at, name) in names.iter().enumerate() {
            shelf.put(vec![(name.clone(), Bytes::from(format!("{at}")))]).unwrap();
        }
        fs::write(folder.path().join("~half"), "").unwrap();
        fs::write(folder.path().join("other"), "").unwrap();
        let again = Shelf::in_folder(folder.path()).unwrap();
        assert_eq!(*again.records(), *shelf.records());
        assert_eq!(again.below(&name(["a"])).len(), 2);
        assert_eq!(again.remove(&name(["trust", "localhost:5000/../x"])).unwrap(), 1);
        assert_eq!(again.get(&names[2]), None);
        let third = Shelf::in_folder(folder.path()).unwrap();
        assert_eq!(third.below(&[]).len(), names.len() - 1);
    }

    #[test]
    fn no_name_leaves_the_folder() {
        for bad in ["..", ".", "/etc", "a/b", "\\", "", "a\0b", "CON:"] {
            let path = path_of(&name([bad]));
            let component = path.components().next();
            assert!(path.components().count() == 1 && matches!(component, Some(std::path::Component::Normal(_))), "{bad:?}");
        }
    }
}
