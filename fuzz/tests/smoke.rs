//! The plain driver: every seed of the corpus, and as many inputs made of them as take some seconds; the same ones each time.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use fuzz::{TARGETS, Target};

/// Inputs that are made of the corpus of a target of cost 1, unless `FUZZ_ROUNDS` says how many.
const ROUNDS: u32 = 2400;

/// Longest input, in bytes.
const LONGEST: usize = 8 << 10;

/// What no input takes, whatever else runs here.
const TOO_LONG: Duration = Duration::from_secs(60);

/// What means something to one parser or another.
const TOKENS: [&[u8]; 44] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e9",
    b"1.0",
    b"\\u0000",
    b"\\ud800",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"=",
    b"==",
    b"-----BEGIN ",
    b"-----END ",
    b"-----",
    b"DEK-Info: ",
    b"targets/",
    b"..",
    b"/",
    b"%2f",
    b"@",
    b"*",
    b"sha256",
    b"\x30\x80",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x02\x01\x00",
    b"\x05\x00",
    b"\x06\x00",
    b"\x04\x82\xff\xff",
    b"\n%%\n",
];

/// Integers at the limits of one reader or another.
const NUMBERS: [&str; 12] = [
    "0",
    "-0",
    "2147483648",
    "4294967296",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "99999999999999999999999999",
];

/// Random numbers that are the same each time (xorshift64*).
struct Random(u64);

impl Random {
    fn of(name: &str) -> Self {
        Self(name.bytes().fold(0x9e37_79b9_7f4a_7c15, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound.max(1) as u64).unwrap()
    }

    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len + 1);
        let most = if self.below(4) == 0 { len - start } else { (len - start).min(32) };
        start..start + self.below(most + 1)
    }

    /// One to four changes of an input.
    fn mutated(&mut self, seeds: &[Vec<u8>], of: &[u8]) -> Vec<u8> {
        let mut bytes = of.to_vec();
        for _ in 0..=self.below(4) {
            self.mutate(&mut bytes, seeds);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let (at, range) = (self.below(bytes.len() + 1), self.range(bytes.len()));
        match self.below(10) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'0', b' '][self.below(7)],
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(range)),
            5 => {
                let piece = bytes[range].repeat(1 + self.below(8));
                bytes.splice(at..at, piece);
            }
            6 => {
                let other = &seeds[self.below(seeds.len())];
                let range = self.range(other.len());
                bytes.splice(at..at, other[range].iter().copied());
            }
            7 => {
                // the beginning of one and the end of another
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            8 => self.set_number(bytes),
            _ => {
                let token = TOKENS[self.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
        }
    }

    /// Puts another number in the place of one that is there.
    fn set_number(&mut self, bytes: &mut Vec<u8>) {
        let digit = |at: &usize| bytes[*at].is_ascii_digit();
        let starts: Vec<usize> = (0..bytes.len()).filter(|at| digit(at) && (*at == 0 || !digit(&(at - 1)))).collect();
        let number = NUMBERS[self.below(NUMBERS.len())].bytes();
        if let Some(start) = starts.get(self.below(starts.len())).copied() {
            let end = (start..bytes.len()).find(|at| !digit(at)).unwrap_or(bytes.len());
            bytes.splice(start..end, number);
        }
    }
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The seeds of a target by their names.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(corpus().join(target)).unwrap_or_else(|error| panic!("corpus/{target}: {error}"));
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), fs::read(file).unwrap())).collect()
}

fn rounds() -> u32 {
    std::env::var("FUZZ_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("FUZZ_ROUNDS is a number"))
}

/// What one target makes of one input: its panic, where it has one.
fn feed(target: &Target, input: &[u8]) -> Result<(), String> {
    panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input))).map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default()
    })
}

fn finding(target: &Target, seed: &str, input: &[u8], words: &str) -> String {
    let hex = input.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("{}, of the seed {seed}: {words}\n  {hex}", target.name)
}

/// Feeds a target its seeds and what is made of them. `current` is what it is being fed.
fn drive(target: &Target, seeds: &[(String, Vec<u8>)], rounds: u32, current: &Mutex<(String, Vec<u8>)>) -> Vec<String> {
    let (mut random, mut found) = (Random::of(target.name), Vec::new());
    let contents: Vec<Vec<u8>> = seeds.iter().map(|(_, seed)| seed.clone()).collect();
    let mut one = |seed: &str, input: Vec<u8>| {
        *current.lock().unwrap() = (seed.to_owned(), input.clone());
        if let Err(words) = feed(target, &input) {
            found.push(finding(target, seed, &input, &words));
        }
    };
    for (name, seed) in seeds {
        one(name, seed.clone());
    }
    for _ in 0..rounds / target.cost {
        let (name, seed) = &seeds[random.below(seeds.len())];
        let input = random.mutated(&contents, seed);
        one(name, input);
    }
    found
}

/// The same on a thread of its own, so that one who never comes back is told of, too.
fn drive_watched(target: &'static Target) -> Vec<String> {
    let seeds = seeds(target.name);
    let current = Arc::new(Mutex::new((String::new(), Vec::new())));
    let (report, reported) = mpsc::channel();
    let shown = Arc::clone(&current);
    thread::spawn(move || report.send(drive(target, &seeds, rounds(), &shown)));
    let mut before = (String::new(), Vec::new());
    loop {
        if let Ok(found) = reported.recv_timeout(TOO_LONG) {
            return found;
        }
        let now = current.lock().unwrap().clone();
        if now == before {
            return vec![finding(target, &now.0, &now.1, "it does not come to an end")];
        }
        before = now;
    }
}

#[test]
fn no_target_panics() {
    panic::set_hook(Box::new(|_| ()));
    let mut found = Vec::new();
    for target in TARGETS {
        let begun = std::time::Instant::now();
        // one cause has many inputs
        found.extend(drive_watched(target).into_iter().take(3));
        if std::env::var_os("FUZZ_TIMES").is_some() {
            eprintln!("{:>8.2?} {}", begun.elapsed(), target.name);
        }
    }
    let _ = panic::take_hook();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_target_has_a_corpus() {
    let folders = fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names.len(), TARGETS.len(), "two targets have one name");
    assert_eq!(folders.collect::<BTreeSet<_>>(), names);
    let files: Vec<_> = TARGETS.iter().map(|target| seeds(target.name)).collect();
    assert!(files.iter().all(|seeds| !seeds.is_empty()));
    let size: usize = files.iter().flatten().map(|(_, seed)| seed.len()).sum();
    assert!(size < 400 << 10, "the corpus has {size} bytes");
}

#[test]
fn a_panic_is_seen() {
    let brittle = |input: &[u8]| assert!(!input.contains(&0xff), "it cannot bear 0xff");
    let target = Target { name: "brittle", from: "this test", cost: 1, run: brittle };
    let seeds = [("plain".to_owned(), b"abc 12".to_vec())];
    let found = drive(&target, &seeds, 1000, &Mutex::default());
    assert!(
        found.iter().any(|found| found.contains("brittle, of the seed plain: it cannot bear 0xff\n  ") && found.contains("ff"))
    );
    assert!(drive(&target, &seeds, 0, &Mutex::default()).is_empty());
}
