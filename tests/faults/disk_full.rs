//! The disk is full: the cause names the file, the old state stays, and once there is room the next run works.

use std::{env, fs, io::Write as _, path::Path, process::Command};

use snapbox::str;

use crate::{
    person::{Person, private_pem},
    site::Site,
    strace::{self, Point},
};

#[test]
fn an_update_on_a_full_disk_leaves_the_last_state() {
    if !strace::works() {
        return;
    }
    let site = Site::new();
    let at_version_1 = site.reader();
    let mut forge = site.forge();
    forge.add_target("targets/jeff", "2", "two").add_target("targets/releases", "2", "two").publish();
    site.serve(forge);
    let name = site.name();
    let inspect = ["inspect", name.as_str()];
    let rehearsal = at_version_1.twin();
    let points = strace::points(&rehearsal, &inspect, &rehearsal.trust());
    let refused = fill_up(&at_version_1, &inspect, &points, &rehearsal);
    println!("{refused} of {} runs of inspect were refused", points.len());
    assert!(refused > 10, "only {refused}");
}

#[test]
fn a_key_on_a_full_disk_is_not_loaded_and_replaces_none() {
    if !strace::works() {
        return;
    }
    let person = Person::new();
    person.write("key.pem", private_pem("jeff", "role: jeff"));
    let load = ["key", "load", "--name", "jeff", "key.pem"];
    person.succeeds(&load);
    let rehearsal = person.twin();
    let points = strace::points(&rehearsal, &load, &rehearsal.trust());
    let refused = fill_up(&person, &load, &points, &rehearsal);
    println!("{refused} of {} runs of key load were refused", points.len());
    assert!(refused > 2, "only {refused}");
}

/// Runs the command once with each of the calls refused for want of room, and says how many runs failed for it. `after` is where it went well.
fn fill_up(before: &Person, args: &[&str], points: &[Point], after: &Person) -> usize {
    let mut refused = 0;
    // A write is refused on a disk that is really full, below; here other threads' writes, which are no files, would be refused with it.
    let takes_room = |point: &&Point| matches!(point.call.as_str(), "openat" | "mkdir" | "fsync" | "rename");
    for point in points.iter().filter(takes_room) {
        let person = before.twin();
        let output = strace::disk_full(&person, args, point).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        let (then, now) = (before.contents(), person.contents());
        match output.status.code() {
            Some(0) => {}
            Some(1) => {
                refused += 1;
                assert!(err.to_lowercase().contains("no space left on device"), "{point:?}: {err}");
                assert!(err.contains(person.trust().to_str().unwrap()), "{point:?}: {err}");
                // Once the journal stands the next run completes the new state; what fails after the last step changes nothing any more. A key's new
                // file has another content each time.
                let kept = then.iter().all(|(path, hash)| now.get(path) == Some(hash));
                let decided = now.keys().any(|path| path.ends_with(".dct/journal"));
                let opens = !before.keys().is_empty() && before.keys().iter().all(|id| person.opens(id));
                let complete = now == after.contents();
                assert!(kept || decided || complete || opens, "{point:?}: {then:?}, and then {now:?}: {err}");
            }
            _ => panic!("{point:?}: {:?}: {err}", output.status),
        }
        person.succeeds(args);
    }
    refused
}

/// A file system of 64 KiB in place of the trust folder, which is really full.
#[test]
fn the_words_for_a_full_disk() {
    let site = Site::new();
    let person = site.stranger();
    let trust = person.trust();
    fs::create_dir_all(&trust).unwrap();
    let Some(_disk) = Disk::mount(&trust) else { return };
    let filler = trust.join("filler");
    fill(&filler);
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: write HOME/.docker/trust/tuf/HOST/prod/nginx/.dct/staged/0: No space left on device
hint: nothing that was there is lost; make room on that disk, and run the command again
exit 1

"#]],
    );
    person.write("key.pem", private_pem("jeff", "role: jeff"));
    person.refuses(&["key", "load", "--name", "jeff", "key.pem"], str![[r#"
$ dct key load --name jeff key.pem
Loading key from "key.pem"...
error importing key from key.pem: write HOME/.docker/trust/private/4e21d4a371d4430fcf9986636501cf25e8e0bb65fcc743cd53e34e129dfb1e61.key: No space left on device
hint: nothing that was there is lost; make room on that disk, and run the command again
exit 1

"#]]);
    fs::remove_file(filler).unwrap();
    person.succeeds(&["inspect", &site.name()]);
    person.succeeds(&["key", "load", "--name", "jeff", "key.pem"]);
}

/// A small file system, for as long as it lives.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    /// None, said aloud, where this user may not mount. Root in CI may.
    fn mount(folder: &'a Path) -> Option<Self> {
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs"]).arg(folder).output();
        let mounted = output.is_ok_and(|output| output.status.success());
        let must = env::var_os("CI").is_some() && rustix::process::geteuid().is_root();
        assert!(mounted || !must, "a file system cannot be mounted, and CI wants this test");
        if !mounted {
            println!("SKIPPED: mounting a small file system is not permitted here");
        }
        mounted.then_some(Self(folder))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

/// Writes until the disk is full to the last byte.
fn fill(file: &Path) {
    let mut file = fs::File::create(file).unwrap();
    while file.write(&[0; 512]).is_ok() {}
}
