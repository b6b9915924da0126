//! The lines kept as proof: the first of each member, of copies one.
//!
//! Which of the lines are copies of others is known only when all are there, because a line that is dropped for one that is dropped itself
//! would be missing. Until then there is room for as many logs as hold one line in practice: `messages`, the journal, the log of the unit.

use foldhash::HashMap;

use super::evidence::{Evidence, LineAddress};
use super::occurrences::{LinePlace, Owners, counted};
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

    /// Sets the owners of lines, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        let places = self.lines.iter_mut().filter_map(|line| line.place.as_mut());
        places.for_each(|place| place.settle(owners));
    }

    /// Says that the machine was booted again after all of these.
    pub(super) fn end_boot(&mut self) {
        self.lines.iter_mut().for_each(Evidence::end_boot);
    }

    /// Adds those of another part, before which this one has `matches`.
    pub(super) fn merge(&mut self, mut other: Kept, next: Next, matches: u64, most: usize) {
        if let Next::Block { lines } = next {
            // All of them come after those of the blocks before.
            let left = room(most).saturating_sub(self.lines.len());
            other.lines.truncate(left);
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

    /// The line that stands first, if all are of one member.
    pub(super) fn first(&self) -> Option<&Evidence> {
        self.lines.iter().min_by_key(|line| line.byte_offset)
    }

    /// The lines that are kept of `most`, in order. How many more are there depends on what was merged with what.
    pub(super) fn in_order(&self, most: usize) -> Vec<&Evidence> {
        let mut lines: Vec<&Evidence> = self.lines.iter().collect();
        lines.sort_by_key(|line| line.order());
        lines.truncate(room(most));
        lines
    }

    /// The first `most` lines, in the order in which they are shown.
    pub fn into_shown(mut self, most: usize) -> Vec<Evidence> {
        self.bound(most);
        let mut lines = without_copies(self.lines);
        lines.truncate(most);
        lines
    }
}

fn room(most: usize) -> usize {
    most.saturating_mul(COPIES)
}

/// The lines that are no copies, each with where its copies stand. Of equal ones the first that is given is none.
pub(super) fn without_copies(lines: Vec<Evidence>) -> Vec<Evidence> {
    let places = lines.iter().filter_map(|line| line.place);
    let counting = counted(places.map(|place| (place, 1)));
    let counts = |place: &LinePlace| counting.contains_key(place);
    let (mut originals, copies): (Vec<Evidence>, Vec<Evidence>) = lines
        .into_iter()
        .partition(|line| line.place.as_ref().is_none_or(counts));
    let mut by_line: HashMap<u64, Vec<usize>> = HashMap::default();
    for (index, line) in originals.iter().enumerate() {
        let known = line.place.map(|place| by_line.entry(place.line));
        known
            .into_iter()
            .for_each(|known| known.or_default().push(index));
    }
    // A record may stand several times in each of the logs.
    let mut times: HashMap<LinePlace, usize> = HashMap::default();
    for copy in copies {
        let Some(place) = copy.place else { continue };
        let all = by_line.get(&place.line).map_or(&[][..], Vec::as_slice);
        let is_of_same =
            |at: &&usize| originals[**at].place.map(|of| of.owner) == Some(place.owner);
        let of_same: Vec<&usize> = all.iter().filter(is_of_same).collect();
        let choices = match of_same.is_empty() {
            true => all.iter().collect(),
            false => of_same,
        };
        let time = times.entry(place).or_default();
        if let Some(original) = choices.get(*time).or(choices.last()) {
            originals[**original].also_in.push(LineAddress {
                member: copy.member,
                line: copy.line,
            });
        }
        *time += 1;
    }
    originals
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(member: usize, lines: u64) -> Kept {
        let path = format!("member-{member}");
        let lines = 0..lines.min(room(2) as u64);
        Kept {
            lines: lines
                .map(|ordinal| Evidence::of_ordinal(&path, ordinal))
                .collect(),
        }
    }

    fn merged(parts: impl Iterator<Item = Kept>) -> Vec<Evidence> {
        let mut all = Kept::default();
        parts.for_each(|part| all.merge(part, Next::Member, 0, 2));
        all.in_order(2).into_iter().cloned().collect()
    }

    proptest! {
        #[test]
        fn the_order_of_members_does_not_matter(lines in proptest::collection::vec(0_u64..9, 1..12), turn in 0_usize..12) {
            let parts: Vec<Kept> = lines.iter().enumerate().map(|(member, lines)| of(member, *lines)).collect();
            let mut turned = parts.clone();
            turned.rotate_left(turn % parts.len());
            turned.reverse();
            prop_assert_eq!(merged(parts.into_iter()), merged(turned.into_iter()));
        }
    }

    #[test]
    fn of_the_next_block_only_what_there_is_room_for_is_kept() {
        let mut all = of(0, 4);
        all.merge(of(0, 5), Next::Block { lines: 9 }, 4, 2);
        let ordinals: Vec<u64> = all.lines.iter().map(|line| line.ordinal).collect();
        assert_eq!(ordinals, [0, 1, 2, 3, 4, 5]);
    }
}
