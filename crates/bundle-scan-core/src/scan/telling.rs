//! What a scan tells while it runs: how far it has come, and what it meets for the first time.
//!
//! Callbacks are not ours. One that panics is not called again, the scan ends, and the panic goes on in the thread that asked for the scan.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};

use super::gather::lock;
use super::{Progress, ScannerBuilder};
use crate::base::halt::Switch;
use crate::base::lang::Lang;
use crate::base::member_path::MemberPath;
use crate::base::severity::Severity;
use crate::finding::{Evidence, Tally};
use crate::report::redact::is_masked;
use crate::signature::Signature;

/// The first match of a signature, told while the bundle is still being read: see [`ScannerBuilder::on_first_match`].
///
/// It is preliminary. Whether it becomes a finding is known when all was read: a threshold may not be reached, the parts of a signature may be
/// of different pods, the problem may be over, or the symptom of another one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FirstMatch {
    /// The bundle, as the caller of the scan named it.
    pub bundle: Arc<str>,
    /// What was recognised, with its texts.
    pub signature: Arc<Signature>,
    /// The member that matched. `None` if the report is redacted and the path holds what is masked there.
    pub member: Option<MemberPath>,
    /// Number of the line in the member, from 1. `None` if no evidence is kept.
    pub line: Option<u64>,
    /// The line, cut as evidence is. `None` if no evidence is kept, and always if the report is redacted.
    pub text: Option<String>,
}

impl FirstMatch {
    /// The id of the signature.
    pub fn id(&self) -> &str {
        &self.signature.id
    }

    /// One line for people.
    pub fn title(&self, lang: Lang) -> &str {
        self.signature.spec().title.text(lang)
    }

    /// How bad it is if it goes on: what the report says may be less.
    pub fn severity(&self) -> Severity {
        self.signature.spec().severity
    }

    /// Whether it may be a problem of the cluster: not if it is harmless in spite of how it sounds, or only tells that logs are
    /// incomplete.
    pub fn is_problem(&self) -> bool {
        let spec = self.signature.spec();
        !spec.benign && !spec.evidence_lost
    }
}

/// Tells the caller of one scan.
pub(super) struct Telling<'s> {
    bundle: Arc<str>,
    settings: &'s ScannerBuilder,
    /// By their numbers; empty if nobody asks for matches.
    signatures: &'s [Arc<Signature>],
    /// Signatures and leaves that matched.
    met: Mutex<Met>,
    broken: Switch,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Debug, Default)]
struct Met {
    /// Signatures that were told.
    told: BTreeSet<usize>,
    /// Leaves of signatures with a plan that were not.
    leaves: BTreeSet<(usize, usize)>,
}

impl<'s> Telling<'s> {
    /// Tells all that `settings` ask for.
    pub(super) fn new(
        bundle: &str,
        settings: &'s ScannerBuilder,
        signatures: &'s [Arc<Signature>],
    ) -> Self {
        let wanted = settings.on_first_match.is_some();
        Telling {
            bundle: bundle.into(),
            settings,
            signatures: if wanted { signatures } else { &[] },
            met: Mutex::default(),
            broken: Switch::default(),
            panic: Mutex::default(),
        }
    }

    /// Tells how far a scan has come, and nothing of what it finds.
    pub(super) fn progress_only(bundle: &str, settings: &'s ScannerBuilder) -> Self {
        Telling {
            signatures: &[],
            ..Telling::new(bundle, settings, &[])
        }
    }

    /// Says how far the scan has come.
    pub(super) fn progress(&self, bytes_read: u64, members: u64, member: Option<&MemberPath>) {
        if let Some(callback) = &self.settings.on_progress {
            self.call(|| {
                callback(&Progress {
                    bundle: Arc::clone(&self.bundle),
                    bytes_read,
                    members,
                    member: member.cloned(),
                });
            });
        }
    }

    /// What of the matches so far in `member` is new, for [`Self::tell`]. Lines know their numbers in it.
    pub(super) fn news(&self, member: &MemberPath, tally: &Tally) -> Vec<FirstMatch> {
        if self.signatures.is_empty() {
            return Vec::new();
        }
        let mut met = lock(&self.met);
        let matched = tally.matched();
        let new = matched.filter(|(number, leaf)| met.is_news(*number, *leaf, self.signatures));
        new.map(|(number, leaf)| {
            let proof = tally.first_line(number, leaf);
            self.first_match(number, member, proof)
        })
        .collect()
    }

    fn first_match(
        &self,
        number: usize,
        member: &MemberPath,
        proof: Option<&Evidence>,
    ) -> FirstMatch {
        let is_redacted = self.settings.redactor.is_some();
        let is_shown = !is_redacted || !is_masked(member.as_str());
        let text = proof.filter(|_| !is_redacted);
        FirstMatch {
            bundle: Arc::clone(&self.bundle),
            signature: Arc::clone(&self.signatures[number]),
            member: is_shown.then(|| member.clone()),
            line: proof.map(|proof| proof.line),
            text: text.map(|proof| proof.text.clone()),
        }
    }

    /// Says what is new. To be called without a lock: nobody knows how long it takes.
    pub(super) fn tell(&self, news: Vec<FirstMatch>) {
        if let Some(callback) = &self.settings.on_first_match {
            for first in news {
                self.call(|| callback(&first));
            }
        }
    }

    fn call(&self, callback: impl FnOnce()) {
        if self.is_broken() {
            return;
        }
        if let Err(panic) = catch_unwind(AssertUnwindSafe(callback)) {
            lock(&self.panic).get_or_insert(panic);
            self.broken.set();
        }
    }

    /// Whether a callback has panicked, so that the scan is to end.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_set()
    }

    /// Goes on with the panic of a callback, if there was one.
    pub(super) fn raise(&self) {
        if let Some(panic) = lock(&self.panic).take() {
            resume_unwind(panic);
        }
    }
}

impl Met {
    /// Whether a signature is to be told now that this leaf of it has matched: all that must match has, in whatever order.
    fn is_news(&mut self, number: usize, leaf: usize, signatures: &[Arc<Signature>]) -> bool {
        if self.told.contains(&number) {
            return false;
        }
        if let Some(plan) = &signatures[number].plan {
            let is_silent = |leaf: usize| plan.keeps[leaf].is_silent;
            if is_silent(leaf) || !self.leaves.insert((number, leaf)) {
                return false;
            }
            let is_there = |leaf| is_silent(leaf) || self.leaves.contains(&(number, leaf));
            if !plan.root.may_hold(&is_there) {
                return false;
            }
        }
        self.told.insert(number)
    }
}
