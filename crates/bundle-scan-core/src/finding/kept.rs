//! The lines kept as proof: the first of each member, of copies one.
//!
//! Which of the lines are copies of others is known only when all are there, because a line that is dropped for one that is dropped itself
//! would be missing. Until then there is room for as many logs as hold one line in practice: `messages`, the journal, the log of the unit.

use foldhash::HashMap;

use super::evidence::Evidence;
use super::occurrences::{LinePlace, counted};
use super::tally::Next;
use crate::base::time::HostId;

/// Lines kept for one that is shown.
const COPIES: usize = 3;

/// Lines kept as proof. Merges in any order.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    lines: Vec<Evidence>,
}

impl Kept {
    /// Whether one more of the same member may be among those that are shown in the end, if those are `most`.
    pub(super) fn has_room(&self, most: usize) -> bool {
        self.lines.len() < room(most)
    }

    /// Adds a line.
    pub(super) fn add(&mut self, line: Evidence) {
        self.lines.push(line);
    }

    /// Says of which host the member is that all of these stand in.
    pub(super) fn on_host(&mut self, host: HostId) {
        self.lines.iter_mut().for_each(|line| line.on_host(host));
    }

    /// Adds those of another part, before which this one has `matches`.
    pub(super) fn merge(&mut self, mut other: Kept, next: Next, matches: u64, most: usize) {
        if let Next::Block { lines } = next {
            for line in &mut other.lines {
                line.line += lines + 1;
                line.ordinal += matches;
            }
        }
        self.lines.extend(other.lines);
        if self.lines.len() > room(most).saturating_mul(2) {
            self.bound(most);
        }
    }

    fn bound(&mut self, most: usize) {
        self.lines.sort_by(|a, b| a.order().cmp(&b.order()));
        self.lines.truncate(room(most));
    }

    /// The lines that are kept of `most`, in any order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Evidence> {
        self.lines.iter()
    }

    /// The first `most` lines, in the order in which they are shown.
    pub fn into_shown(mut self, most: usize) -> Vec<Evidence> {
        self.bound(most);
        let originals = Originals::of(&self.lines);
        self.lines.retain(|line| originals.has(line));
        self.lines.truncate(most);
        self.lines
    }
}

fn room(most: usize) -> usize {
    most.saturating_mul(COPIES)
}

/// Which lines are no copies.
pub(super) struct Originals(HashMap<LinePlace, u64>);

impl Originals {
    /// Of these lines, the first ones first.
    pub(super) fn of<'e>(lines: impl IntoIterator<Item = &'e Evidence>) -> Self {
        let places = lines.into_iter().filter_map(|line| line.place);
        Originals(counted(places.map(|place| (place, 1))))
    }

    /// Whether a line is one of them.
    pub(super) fn has(&self, line: &Evidence) -> bool {
        let place = line.place.as_ref();
        place.is_none_or(|place| self.0.contains_key(place))
    }
}
