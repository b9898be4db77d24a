//! Chooses a face, runs it, exits with its code.

fn main() {}
