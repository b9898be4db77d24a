//! What the program does, one use case a file, over the ports that it declares.

pub mod events;
pub mod image;
pub mod ports;
