//! Rotation of keys.

use crate::session::Session;

pub(crate) fn chapter(session: &mut Session<'_>) {
    session.same(&["init", "@turn", "-p"]);
    for line in [
        &["key", "rotate", "@turn", "nonsense"] as &[&str],
        &["key", "rotate", "@turn", "timestamp"],
        &["key", "rotate", "@turn", "targets", "-r"],
        &["key", "rotate", "@turn", "targets/a"],
        &["key", "rotate", "@turn", "snapshot", "-r"],
        &["key", "rotate", "@turn", "timestamp", "-r"],
        &["key", "rotate", "@turn", "targets"],
        &["key", "rotate", "@turn", "snapshot"],
    ] {
        session.same(line);
    }
    session.same_metadata("turn");
    session.same_on_input(&["key", "rotate", "@turn", "root"], "no\n");
    session.same_on_input(&["key", "rotate", "@turn", "root"], "yes\n");
    session.same_metadata("turn");
    session.content("one.txt", b"one");
    session.same(&["add", "@turn", "v1", "one.txt", "-p"]);
    session.same(&["list", "@turn"]);
    session.same_metadata("turn");
}
