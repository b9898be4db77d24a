//! The peers: the programs whose words, variables and manners scripts and people know.

/// The peer that a face stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// `docker trust`. Errors go to standard error, line by line. Two variables answer for passphrases; a pipe is read like a terminal.
    #[default]
    Docker,
    /// `notary`. Errors go to standard output, behind an empty line and `* fatal: `; our own lines still go to standard error. Four variables answer
    /// for passphrases; nobody is asked but at a terminal.
    Notary,
}
