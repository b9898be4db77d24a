//! That Docker's folder is there. A folder that was named by mistake looks like one in which nothing is: no keys, no trust data, no
//! login; and so does one that lies on a disk which is not there today.

use std::{fs, io, iter, path::PathBuf};

use crate::{
    options::setting::{Setting, SettingOrigin},
    term::error::CliError,
};

/// Places in it that may be links to another disk, as itself may be.
const PLACES: [&str; 3] = ["trust", "trust/private", "trust/tuf"];

/// Refuses a folder that was named and is not there, unless the command may make it, as docker makes it; and links to what is not there.
pub(crate) fn check(set: &Setting<PathBuf>, may_be_made: bool) -> Result<(), CliError> {
    let folder = &set.value;
    for place in iter::once(folder.clone()).chain(PLACES.map(|place| folder.join(place))) {
        if let (Ok(target), Err(error)) = (fs::read_link(&place), fs::metadata(&place))
            && error.kind() == io::ErrorKind::NotFound
        {
            let words = format!("{} is a link to {}, which is not there", place.display(), target.display());
            return Err(CliError::new(words).coded("no-folder").hinted("mount or make what it leads to; or take the link away"));
        }
    }
    if set.origin == SettingOrigin::Default {
        return Ok(());
    }
    let by = &set.origin;
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(CliError::new(format!("{}, which {by} names, is no folder", folder.display())).coded("no-folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !may_be_made => {
            let words = format!("there is no folder {}, which {by} names", folder.display());
            Err(CliError::new(words).coded("no-folder").hinted("a command that makes or loads a key makes it, too"))
        }
        // whoever opens it tells
        Err(_) => Ok(()),
    }
}
