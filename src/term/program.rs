//! The name by which this program was called. The definitions of the verbs and the hints say `dct`; under another name a person is told that one.

use super::peer::Peer;

/// The program as a person types it.
#[derive(Clone, Debug)]
pub struct Program {
    name: String,
    verbs: &'static [&'static str],
    peer: Peer,
}

/// What the definitions say.
pub(crate) const OWN: &str = "dct";

impl Program {
    /// Under its own name, by which it knows every verb.
    #[must_use]
    pub fn own() -> Self {
        Self { name: OWN.to_owned(), verbs: &[], peer: Peer::Docker }
    }

    /// Under another name, such as `docker trust`, which has these verbs alone.
    #[must_use]
    pub fn called(name: String, verbs: &'static [&'static str]) -> Self {
        Self { name, verbs, peer: Peer::Docker }
    }

    /// Whether it is called by its own name, so that it need not do as a peer does.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.name == OWN
    }

    /// In the manner of another peer.
    #[must_use]
    pub fn in_the_manner_of(self, peer: Peer) -> Self {
        Self { peer, ..self }
    }

    /// The peer in whose manner it speaks and asks.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// The name, of one word or more.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A text in which `dct VERB` is told under this name, where it has that verb, and `dct notary COMMAND` under that of notary. What `dct` alone can do keeps its name.
    #[must_use]
    pub fn tell(&self, text: &str) -> String {
        let mut pieces = text.split("dct ");
        let mut told = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let is_word = told.chars().next_back().is_none_or(|before| !before.is_alphanumeric() && !"-_./".contains(before));
            let verb = piece.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            if let Some(command) = piece.strip_prefix("notary ").filter(|_| is_word && self.peer == Peer::Notary) {
                told.push_str(&self.name);
                told.push(' ');
                told.push_str(command);
                continue;
            }
            let is_ours = is_word && (verb == "COMMAND" || self.verbs.contains(&verb));
            told.push_str(if is_ours { &self.name } else { OWN });
            told.push(' ');
            told.push_str(piece);
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_notary_are_told_under_its_name() {
        for name in ["notary", "dct notary"] {
            let program = Program::called(name.to_owned(), &[]).in_the_manner_of(Peer::Notary);
            assert_eq!(program.tell("`dct notary reset a -n 1`; `dct renew`"), format!("`{name} reset a -n 1`; `dct renew`"));
        }
        assert_eq!(Program::own().tell("`dct notary reset a`"), "`dct notary reset a`");
    }

    #[test]
    fn verbs_of_the_name_are_told_under_it() {
        let plugin = Program::called("docker trust".to_owned(), &["sign", "key"]);
        for (text, told) in [
            ("dct sign IMAGE:TAG", "docker trust sign IMAGE:TAG"),
            ("`dct key load`, or `dct sign`", "`docker trust key load`, or `docker trust sign`"),
            ("Run 'dct COMMAND --help'", "Run 'docker trust COMMAND --help'"),
            ("`dct delete REPOSITORY` forgets it", "`dct delete REPOSITORY` forgets it"),
            ("dct signs, adct sign, /dct sign", "dct signs, adct sign, /dct sign"),
            ("dct ", "dct "),
            ("", ""),
        ] {
            assert_eq!(plugin.tell(text), told);
            assert_eq!(Program::own().tell(text), text);
        }
    }
}
