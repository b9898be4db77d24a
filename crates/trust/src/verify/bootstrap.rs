//! The trusted root: from the store, on first use, and walked from there to the newest.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    counted_keys::{CountedKeys, Moment, keys_for_the_next, last_moment},
    ends::{ExpiryCheck, Judged, Overlooked},
    envelope::Unverified,
    error::UpdateError,
    floor::Floor,
    pinning::{PriorTrust, TrustPinning},
    threshold::{Verified, VerifyError, verify, verify_next_root, verify_own_root},
    trusted_root::TrustedRoot,
    update::RootChain,
};
use crate::model::{
    digest::Sha256, gun::Gun, payload::Payload, role::RoleName, role_keys::RoleKeys, root::Root, snapshot::Snapshot,
    targets::Targets, timestamp, version::Version,
};

/// Most new roots that one run walks. The next run goes on from there.
pub const MAX_ROOT_STEPS: u64 = 1024;

/// The way to the newest root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The versions to go through, in order.
    pub versions: Vec<Version>,
    /// Whether the newest root is the last of them; otherwise the way is longer than one run goes.
    pub arrive: bool,
}

/// A root on the way to the newest: signed by its own keys, and by those of the root before it. It may have expired, and may have successors; whether its
/// keys count is asked where the walk ends.
#[derive(Clone, Debug)]
pub struct RootWalk {
    pub(crate) gun: Gun,
    pub(crate) root: Verified<Root>,
    pub(crate) floor: Floor,
    known: PriorTrust,
}

impl RootWalk {
    /// Takes up the stored root. Its expiry and its certificate's do not matter: it says who signs the next one (TUF 5.2).
    ///
    /// Where another program has put a different root in its place, which it may have trusted by rules of its own, the root that was
    /// verified here last is taken up instead: a new one must follow from that.
    pub fn resume(gun: &Gun, bytes: Arc<[u8]>, floor: Floor) -> Result<Self, UpdateError> {
        let stored = verify_own_root(parse(bytes)?)?;
        floor.admit(&stored, &stored.role_keys(&RoleName::root()))?;
        let root = match floor.root() {
            Some(last) if **last != **stored.bytes() => verify_own_root(parse(Arc::clone(last))?)?,
            _ => stored,
        };
        Ok(Self { gun: gun.clone(), root, floor, known: PriorTrust::Yes })
    }

    /// Raises the floor to the files that are stored beside the root, where their signatures hold. A peer that wrote them knows no floor;
    /// Notary, too, takes the versions of its cached files for the least ones. Whether a file has expired does not matter. Without a
    /// timestamp beside them they are drafts of a repository that was never published.
    #[must_use]
    pub fn heed(mut self, stored: &BTreeMap<RoleName, Arc<[u8]>>) -> Self {
        let is_ours = |(role, bytes): (_, &Arc<[u8]>)| self.floor.of(role).is_some_and(|seen| seen.sha256 == Sha256::of(bytes));
        if !stored.contains_key(&RoleName::timestamp()) || stored.iter().all(is_ours) {
            return self;
        }
        let keys = |walk: &Self, role| walk.root.role_keys(&role);
        self.heed_one::<timestamp::Timestamp>(stored, &keys(&self, RoleName::timestamp()));
        self.heed_one::<Snapshot>(stored, &keys(&self, RoleName::snapshot()));
        let mut roles = vec![keys(&self, RoleName::targets())];
        while let Some(keys) = roles.pop() {
            if let Some(file) = self.heed_one::<Targets>(stored, &keys) {
                let delegations = file.roles.iter().filter(|delegation| stored.contains_key(&delegation.name));
                roles.extend(delegations.map(|delegation| file.role_keys(delegation)));
            }
        }
        self
    }

    fn heed_one<T: Payload>(&mut self, stored: &BTreeMap<RoleName, Arc<[u8]>>, keys: &RoleKeys) -> Option<Verified<T>> {
        let bytes = stored.get(keys.role())?;
        let file = verify(Unverified::<T>::parse(keys.role(), Arc::clone(bytes)).ok()?, keys).ok()?;
        self.floor.heed(&file, keys);
        Some(file)
    }

    /// Takes the first root ever seen of a repository. Whether it may be trusted, and by which of its keys, is for [`RootWalk::settle`].
    pub fn first_use(gun: &Gun, bytes: Arc<[u8]>) -> Result<Self, UpdateError> {
        let root = verify_own_root(parse(bytes)?)?;
        Ok(Self { gun: gun.clone(), root, floor: Floor::default(), known: PriorTrust::No })
    }

    /// The trusted root's version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.root.version()
    }

    /// Whether the root has expired, or is not signed by keys that count now: only a successor can help.
    #[must_use]
    pub fn is_stale(&self, pins: &TrustPinning, now: Timestamp) -> bool {
        self.clone().settle(pins, now).is_err()
    }

    /// Whether a root of the repository was trusted here before this command.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known == PriorTrust::Yes
    }

    /// The trusted root, byte for byte.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        self.root.bytes()
    }

    /// The floor, with the trusted root on it.
    #[must_use]
    pub fn floor(&self) -> Floor {
        let mut floor = self.floor.clone();
        floor.raise_root(&self.root);
        floor
    }

    /// The versions from the trusted root to the newest one that the server offers, that newest one included. The file is not
    /// verified yet: its version is only how far the walk goes.
    pub fn steps_to(&self, newest: &Arc<[u8]>) -> Result<Steps, UpdateError> {
        let claimed = parse(Arc::clone(newest))?.claimed_version().unwrap_or(0);
        let trusted = self.version();
        if claimed < trusted.get() {
            let found = Version::new(claimed).ok_or(UpdateError::RootSequence { found: claimed, trusted })?;
            return Err(UpdateError::Rollback { role: RoleName::root(), found, floor: trusted });
        }
        if claimed == trusted.get() {
            let same = **newest == **self.root.bytes();
            let nothing = Steps { versions: Vec::new(), arrive: true };
            return if same { Ok(nothing) } else { Err(UpdateError::Equivocation { role: RoleName::root(), version: trusted }) };
        }
        let last = claimed.min(trusted.get() + MAX_ROOT_STEPS);
        Ok(Steps { versions: (trusted.get() + 1..=last).filter_map(Version::new).collect(), arrive: last == claimed })
    }

    /// Goes to the next root: of exactly the next version (TUF 5.3.5), signed by the keys of this one and by its own (TUF 5.3.4). Those of this one must
    /// stand in certificates for this repository, which may have expired, as with Notary.
    /// It may have expired, as long as it is not the last (TUF 5.3.10).
    pub fn step(mut self, bytes: Arc<[u8]>) -> Result<Self, UpdateError> {
        let next = verify_next_root(parse(bytes)?, &keys_for_the_next(&self.gun, &self.root)).map_err(|error| match error {
            VerifyError::Format(error) => UpdateError::Verify(VerifyError::Format(error)),
            error => UpdateError::RootRotation(error),
        })?;
        if self.version().next() != Some(next.version()) {
            return Err(UpdateError::RootSequence { found: next.version().get(), trusted: self.version() });
        }
        let same_keys = |role: &RoleName| self.root.roles.get(role).map(|s| &s.keyids) == next.roles.get(role).map(|s| &s.keyids);
        if !same_keys(&RoleName::timestamp()) || !same_keys(&RoleName::snapshot()) {
            // TUF 5.3.11: new keys start their roles anew, so that a stolen key cannot lock everyone out with a huge version
            self.floor.clear(&RoleName::timestamp());
            self.floor.clear(&RoleName::snapshot());
        }
        self.root = next;
        Ok(self)
    }

    /// Ends the walk: those keys of the last root that count must have signed it, and it must not have expired (TUF 5.3.10).
    pub fn settle(self, pins: &TrustPinning, now: Timestamp) -> Result<RootChain<Judged>, UpdateError> {
        self.end(pins, Moment { at: now, now }, Judged(now))
    }

    /// Ends the walk for recovery: neither the root's end nor that of a later file is asked; everything else is. Those keys of the root must have signed it
    /// that counted at the last moment at which any did. What comes of this chain is a [`crate::edit::recovery::Recoverable`], and never read from.
    pub fn settle_for_recovery(self, pins: &TrustPinning, now: Timestamp) -> Result<RootChain<Overlooked>, UpdateError> {
        let at = last_moment(&self.gun, &self.root, now);
        self.end(pins, Moment { at, now }, Overlooked(()))
    }

    fn end<E: ExpiryCheck>(self, pins: &TrustPinning, moment: Moment, ends: E) -> Result<RootChain<E>, UpdateError> {
        let counted = CountedKeys::of(&self.gun, &self.root, self.known, pins, moment)?;
        let root = TrustedRoot::verify(self.root, &counted, ends)?;
        Ok(RootChain::new(self.gun, root, self.floor, ends))
    }
}

fn parse(bytes: Arc<[u8]>) -> Result<Unverified<Root>, UpdateError> {
    let role = RoleName::root();
    Unverified::parse(&role, bytes).map_err(|error| UpdateError::Malformed { role, error })
}
