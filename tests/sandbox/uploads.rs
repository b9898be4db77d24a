//! **The table of uploads**: each row is sent to the sandbox and to the real notary-server with its signer, and both must say the same: status, code,
//! message, detail, the headers that matter, and what is served afterwards.

mod forms;
mod history;
mod keys;
mod requests;
mod roots;
mod snapshots;
mod targets;
mod world;

use self::world::{Row, World};
use crate::pair::{Pair, Server};

#[test]
fn the_sandbox_judges_as_notary_s_server_does() {
    let Some(pair) = Pair::start() else { return };
    // what counts the changes of all repositories comes first: nothing has been changed yet
    let tables = [history::ROWS, forms::ROWS, keys::ROWS, requests::ROWS, roots::ROWS, snapshots::ROWS, targets::ROWS];
    let rows: Vec<&Row> = tables.into_iter().flatten().collect();
    let (mut equal, mut different, mut wrong) = (0, Vec::new(), Vec::new());
    for row in &rows {
        let [ours, theirs] = [&pair.sandbox, &pair.real].map(|server| run(row, server));
        let differences = world::differences(&ours, &theirs);
        match (differences.is_empty(), row.differs) {
            (true, None) => equal += 1,
            (true, Some(reason)) => wrong.push(format!("{}: equal, and it should not be: {reason}", row.name)),
            (false, Some(reason)) => different.push(format!("{}: {reason}\n{differences}", row.name)),
            (false, None) => wrong.push(format!("{}\n{differences}", row.name)),
        }
    }
    println!("{equal} of {} verdicts equal; {} rows differ on purpose:", rows.len() - different.len(), different.len());
    for difference in &different {
        println!("  {difference}");
    }
    assert!(wrong.is_empty(), "{} rows:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn run(row: &Row, server: &Server) -> Vec<String> {
    let mut world = World::new(server, row.name);
    (row.steps)(&mut world);
    world.log
}
