//! JSON: one strict reader, one writer of the canonical form, and one of the form in which Go writes a file.

pub mod canonical;
pub mod go;
pub mod members;
pub mod value;
