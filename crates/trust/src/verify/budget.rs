//! What one command spends on delegations: bytes, values of JSON, work on signatures, and how many there are.
//!
//! Whoever has a delegation may put below it what they like, and all of it is read by everyone. So the files of one delegate, those of the roles
//! below hers among them, are counted against her, and she has no more than a quarter of what all have: what she breaks is hers alone.

use std::collections::BTreeMap;

use super::threshold::OF_A_TRY;
use crate::{json::value::MAX_VALUES, model::role::RoleName};

/// What one delegate may cost.
const OF_A_DELEGATE: Budget = Budget { bytes: 64 << 20, values: MAX_VALUES / 4, work: 1536 * OF_A_TRY, delegations: 1024 };

/// How many delegates may each spend all of theirs.
const SHARES: u64 = 4;

/// What may be spent, or is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Lengths of files, as the snapshot lists them.
    pub bytes: u64,
    /// Values of JSON.
    pub values: u64,
    /// Work on signatures.
    pub work: u64,
    /// Delegations below those of `targets`, which has its own bound.
    pub delegations: u64,
}

impl Budget {
    fn minus(self, spent: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(spent.bytes),
            values: self.values.saturating_sub(spent.values),
            work: self.work.saturating_sub(spent.work),
            delegations: self.delegations.saturating_sub(spent.delegations),
        }
    }

    fn least(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.min(other.bytes),
            values: self.values.min(other.values),
            work: self.work.min(other.work),
            delegations: self.delegations.min(other.delegations),
        }
    }
}

/// What is left for the delegations of a repository, and for each delegate.
#[derive(Clone, Debug)]
pub(crate) struct Budgets {
    all: Budget,
    of: BTreeMap<RoleName, Budget>,
}

impl Default for Budgets {
    fn default() -> Self {
        let Budget { bytes, values, work, delegations } = OF_A_DELEGATE;
        let all = Budget { bytes: bytes * SHARES, values: values * SHARES, work: work * SHARES, delegations: delegations * SHARES };
        Self { all, of: BTreeMap::new() }
    }
}

impl Budgets {
    /// What is left for a role.
    pub(crate) fn left(&self, role: &RoleName) -> Budget {
        self.of.get(&delegate(role)).copied().unwrap_or(OF_A_DELEGATE).least(self.all)
    }

    /// Notes that of what was left for a role this is left now.
    pub(crate) fn spend(&mut self, role: &RoleName, before: Budget, after: Budget) {
        let spent = before.minus(after);
        self.all = self.all.minus(spent);
        let of = self.of.entry(delegate(role)).or_insert(OF_A_DELEGATE);
        *of = of.minus(spent);
    }
}

/// The delegation of `targets` that a role is or lies below: whoever has that has made all of it.
fn delegate(role: &RoleName) -> RoleName {
    let mut role = role.clone();
    while let Some(parent) = role.parent().filter(RoleName::is_delegation) {
        role = parent;
    }
    role
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> RoleName {
        RoleName::parse(name).unwrap()
    }

    #[test]
    fn a_delegate_pays_for_what_lies_below_and_for_nobody_else() {
        let mut budgets = Budgets::default();
        for name in ["targets/mallory", "targets/mallory/a", "targets/mallory/a/b"] {
            let before = budgets.left(&role(name));
            budgets.spend(&role(name), before, Budget { bytes: before.bytes - (20 << 20), ..before });
        }
        assert_eq!(budgets.left(&role("targets/mallory/c")).bytes, OF_A_DELEGATE.bytes - (60 << 20));
        assert_eq!(budgets.left(&role("targets/alice")), OF_A_DELEGATE);
    }

    #[test]
    fn all_together_are_bounded_too() {
        let mut budgets = Budgets::default();
        for n in 0..SHARES {
            let one = role(&format!("targets/d{n}"));
            let before = budgets.left(&one);
            assert_eq!(before, OF_A_DELEGATE);
            budgets.spend(&one, before, Budget { bytes: 0, values: 0, work: 0, delegations: 0 });
        }
        assert_eq!(budgets.left(&role("targets/alice")).values, 0);
    }
}
