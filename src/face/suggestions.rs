//! What was probably meant by a word that is no command: one that is near to it, or the one that another program knows it as.

use super::edit_distance::distance;

/// Words of other programs, and what is the same here.
const ELSEWHERE: [(&str, &str); 6] = [
    ("verify", "`dct resolve IMAGE:TAG` prints the digest that is signed, and fails where none is"),
    ("check", "`dct resolve IMAGE:TAG` prints the digest that is signed, and fails where none is"),
    ("rotate", "`dct renew` signs anew what ends; `dct key rotate` replaces a key"),
    ("import", "`dct key load` takes a private key"),
    ("keys", "`dct key list` lists the keys on this machine"),
    ("tree", "`dct inspect` shows what is signed, and by whom"),
];

/// How far a slip of the pen may be from what was meant, in letters.
const NEAR: usize = 2;

/// What to tell of a word that is no command below `command`, whose path a person types as `path`.
#[must_use]
pub(crate) fn meant(command: &clap::Command, path: &str, word: &str) -> Option<String> {
    if let Some((_, words)) = ELSEWHERE.iter().find(|(known, _)| *known == word && !path.contains(' ')) {
        return Some((*words).to_owned());
    }
    let names =
        command.get_subcommands().filter(|below| !below.is_hide_set()).flat_map(clap::Command::get_name_and_visible_aliases);
    let near = names.map(|name| (distance(word, name), name)).filter(|(far, name)| *far <= NEAR && *far < name.chars().count());
    near.min_by_key(|(far, _)| *far).map(|(_, name)| format!("did you mean `{path} {name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Command;

    #[test]
    fn what_is_near_is_offered_and_nothing_else() {
        let root = Command::new("dct").subcommands(["sign", "signer", "inspect", "key"].map(Command::new));
        for (word, told) in [
            ("sing", Some("did you mean `dct sign`?")),
            ("insepct", Some("did you mean `dct inspect`?")),
            ("sgner", Some("did you mean `dct signer`?")),
            ("verify", Some("`dct resolve IMAGE:TAG` prints the digest that is signed, and fails where none is")),
            ("rotate", Some("`dct renew` signs anew what ends; `dct key rotate` replaces a key")),
            ("x", None),
            ("frobnicate", None),
            ("", None),
        ] {
            assert_eq!(meant(&root, "dct", word).as_deref(), told, "{word}");
        }
        assert_eq!(meant(&root, "dct key", "verify"), None);
    }
}
