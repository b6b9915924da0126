//! Verdicts on the texts that a block has held before: in a storm the same words come again and again, and a regex takes microseconds.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use foldhash::fast::FixedState;

use crate::record::Record;
use crate::source::component::Component;

/// Texts remembered.
const SLOTS: usize = 256;
/// Lines that are understood before any is remembered: blocks that hold fewer, which most small members are, need no room.
const PATIENCE: usize = 16;
/// Bytes of the longest text that is remembered.
const MAX_TEXT_BYTES: usize = 2 << 10;

/// A leaf that a record passes.
#[derive(Clone, Debug)]
pub(super) struct Passed<'m> {
    pub(super) signature: usize,
    pub(super) leaf: usize,
    pub(super) captures: Vec<CaptureAt<'m>>,
}

/// What was captured of a text.
#[derive(Clone, Debug)]
pub(super) struct CaptureAt<'m> {
    pub(super) name: &'m str,
    pub(super) entity: &'m str,
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
}

/// What became of the latest texts that came twice.
#[derive(Default)]
pub(super) struct Verdicts<'m> {
    /// Lines that were understood, up to [`PATIENCE`].
    understood: usize,
    /// Empty until then.
    slots: Vec<Slot<'m>>,
}

#[derive(Default)]
struct Slot<'m> {
    /// Of the last text that fell here.
    hash: u64,
    /// What became of it, once it came a second time.
    verdict: Option<Box<Verdict<'m>>>,
}

/// What became of a text, and everything that it depends on.
struct Verdict<'m> {
    component: Option<Component>,
    candidates: Box<[u32]>,
    text: Box<[u8]>,
    passed: Vec<Passed<'m>>,
}

/// A record as it is looked for.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    hash: u64,
    candidates: &'c [u32],
    record: &'c Record<'c>,
}

impl<'c> Case<'c> {
    pub(super) fn new(candidates: &'c [u32], record: &'c Record<'c>) -> Self {
        let mut hash = FixedState::default().build_hasher();
        record.component.hash(&mut hash);
        candidates.hash(&mut hash);
        hash.write(&record.text);
        Case {
            hash: hash.finish(),
            candidates,
            record,
        }
    }

    fn slot(self) -> usize {
        self.hash as usize % SLOTS
    }
}

impl<'m> Verdicts<'m> {
    /// What such a record passes, if that is remembered.
    pub(super) fn known(&self, case: Case<'_>) -> Option<&[Passed<'m>]> {
        let verdict = self.slots.get(case.slot())?.verdict.as_deref()?;
        verdict.is_of(case).then_some(&verdict.passed)
    }

    /// Remembers what a record passes, if one like it came before.
    pub(super) fn keep(&mut self, case: Case<'_>, passed: Vec<Passed<'m>>) {
        if self.understood < PATIENCE {
            self.understood += 1;
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, Slot::default);
        }
        let slot = &mut self.slots[case.slot()];
        let is_worth_it = slot.hash == case.hash && case.record.text.len() <= MAX_TEXT_BYTES;
        *slot = Slot {
            hash: case.hash,
            verdict: is_worth_it.then(|| Box::new(Verdict::new(case, passed))),
        };
    }
}

impl<'m> Verdict<'m> {
    fn new(case: Case<'_>, passed: Vec<Passed<'m>>) -> Self {
        Verdict {
            component: case.record.component,
            candidates: case.candidates.into(),
            text: (*case.record.text).into(),
            passed,
        }
    }

    fn is_of(&self, case: Case<'_>) -> bool {
        self.component == case.record.component
            && *self.text == *case.record.text
            && *self.candidates == *case.candidates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::record::clock::Clock;
    use crate::source::classify;

    fn passed(signature: usize) -> Vec<Passed<'static>> {
        vec![Passed {
            signature,
            leaf: 0,
            captures: Vec::new(),
        }]
    }

    #[test]
    fn what_came_twice_is_remembered_with_all_that_it_depends_on() {
        let source = classify(&MemberPath::new("kubelet.log"), b"");
        let record = |line| Record::read(line, &source, &Clock::default());
        let (first, other) = (record(b"disk is full"), record(b"disk is fine"));
        let of_another = Record {
            component: Some(Component::Kernel),
            ..first.clone()
        };
        let mut verdicts = Verdicts::default();
        let case = Case::new(&[1, 2], &first);
        for _ in 0..PATIENCE + 2 {
            assert!(verdicts.known(case).is_none());
            verdicts.keep(case, passed(7));
        }
        let known = verdicts.known(case).map(|known| known[0].signature);
        assert_eq!(known, Some(7));
        assert!(verdicts.known(Case::new(&[1, 2], &other)).is_none());
        assert!(verdicts.known(Case::new(&[1], &first)).is_none());
        assert!(verdicts.known(Case::new(&[1, 2], &of_another)).is_none());
    }

    #[test]
    fn long_texts_are_forgotten() {
        let source = classify(&MemberPath::new("kubelet.log"), b"");
        let line = vec![b'x'; MAX_TEXT_BYTES + 1];
        let long = Record::read(&line, &source, &Clock::default());
        let mut verdicts = Verdicts::default();
        for _ in 0..PATIENCE + 3 {
            verdicts.keep(Case::new(&[1], &long), passed(7));
        }
        assert!(verdicts.known(Case::new(&[1], &long)).is_none());
    }
}
