//! Arguments that name images and repositories, in Docker's grammar.

use crate::{
    face::peer_words::Worded as _,
    term::{error::CliError, ui::Ui},
};
use trust::model::{
    gun::Gun,
    image_name::{self, ImageName, InvalidReference, Selector},
    tag::Tag,
};

/// Reads an argument that names an image.
pub(crate) fn image(typed: &str) -> Result<ImageName, CliError> {
    ImageName::parse(typed).map_err(|error| refused(&error))
}

/// Reads an argument that names a repository.
pub(crate) fn repository(typed: &str) -> Result<Gun, CliError> {
    image_name::repository(typed).map_err(|error| refused(&error))
}

/// Reads an argument that names a repository as a whole. A tag or a digest is refused: who types one means less than what would be answered.
pub(crate) fn whole_repository(typed: &str) -> Result<Gun, CliError> {
    let image = image(typed)?;
    if image.selector == Selector::Whole {
        return Ok(image.gun);
    }
    let words = format!("{typed} names a tag or a digest, and this is about the whole repository");
    Err(CliError::new(words).coded("usage").hinted(format!("the repository is {}", image.gun)))
}

/// The image with the tag `latest` where it has neither tag nor digest, which docker tells on standard output.
pub(crate) fn with_default_tag(image: ImageName, ui: &Ui) -> ImageName {
    if image.selector != Selector::Whole {
        return image;
    }
    ui.line("Using default tag: latest");
    ImageName { typed: format!("{}:latest", image.typed), selector: Selector::Tag(Tag::latest()), ..image }
}

fn refused(error: &InvalidReference) -> CliError {
    CliError::new(error.worded()).coded("invalid-reference")
}
