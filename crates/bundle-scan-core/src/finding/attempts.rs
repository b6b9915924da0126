//! What the attempts to match the leaves of one signature add up to: where they ended, how often, and the first few of each.
//!
//! Bounded by the signature, not by the bundle: a leaf has only so many tests that an attempt can end at.

use std::collections::BTreeMap;

use super::evidence::shown_around;
use super::tally::{Next, Place, TallyOptions};
use crate::base::member_path::MemberPath;
use crate::matcher::{Attempt, End};

/// Attempts kept of those that ended alike: the facts to which least is wrong, and of these, or of lines, the first by member
/// and line.
const EXAMPLES: usize = 3;

/// All attempts, by leaf. Merges in any grouping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[doc(hidden)]
pub struct Attempts {
    by_leaf: BTreeMap<usize, BTreeMap<End, Tried>>,
}

/// Attempts that ended alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tried {
    /// Lines or facts.
    pub count: u64,
    /// Facts to which nothing else is wrong.
    pub alone: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A line or a fact that was held against a leaf.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Example {
    /// How many fields of a fact are not as wanted; 0 for a line.
    pub lacks: usize,
    /// The member.
    pub member: MemberPath,
    /// The line in it, from 1.
    pub line: u64,
    /// The line, cut at the limit of shown bytes; of a fact what names it and what was tested.
    pub text: String,
    /// Whether `text` was cut.
    pub truncated: bool,
    /// What the capture or field was that was not as wanted; `None` where nothing is known of it.
    pub value: Option<String>,
}

impl Attempts {
    /// Notes an attempt.
    pub fn add(&mut self, attempt: &Attempt<'_>, place: Place<'_>, options: &TallyOptions) {
        let (_, leaf) = attempt.leaf;
        let ends = self.by_leaf.entry(leaf).or_default();
        let tried = ends.entry(attempt.end.clone()).or_default();
        tried.count += 1;
        tried.alone += u64::from(attempt.lacks == 1);
        let line = attempt.lines_before + place.lines;
        let key = (attempt.lacks, place.member, line);
        let is_later = |last: &Example| (last.lacks, &last.member, last.line) < key;
        if tried.examples.len() == EXAMPLES && tried.examples.last().is_some_and(is_later) {
            return;
        }
        let most = options.max_shown_bytes;
        let (text, truncated) = shown_around(&attempt.text, attempt.place, most);
        let value = attempt.value.as_deref();
        tried.examples.push(Example {
            lacks: attempt.lacks,
            member: place.member.clone(),
            line,
            text,
            truncated,
            value: value.map(|value| shown_around(value.as_bytes(), 0, most).0),
        });
        tried.bound();
    }

    /// Adds those of another part.
    pub(super) fn merge(&mut self, other: Attempts, next: Next) {
        for (leaf, ends) in other.by_leaf {
            let mine = self.by_leaf.entry(leaf).or_default();
            for (end, mut theirs) in ends {
                if let Next::Block { lines } = next {
                    for example in &mut theirs.examples {
                        example.line += lines + 1;
                    }
                }
                let tried = mine.entry(end).or_default();
                tried.count += theirs.count;
                tried.alone += theirs.alone;
                tried.examples.extend(theirs.examples);
                tried.bound();
            }
        }
    }

    /// Those of one leaf, by where they ended.
    pub fn of_leaf(&self, leaf: usize) -> impl Iterator<Item = (&End, &Tried)> {
        self.by_leaf.get(&leaf).into_iter().flatten()
    }
}

impl Tried {
    fn bound(&mut self) {
        self.examples.sort();
        self.examples.truncate(EXAMPLES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::source::classify;
    use crate::text::block::BlockView;
    use proptest::prelude::*;
    use std::borrow::Cow;

    /// The attempts of one block: how each ended, by line.
    fn block(member: &str, lines: &[(u64, u8)]) -> Attempts {
        let member = MemberPath::new(member);
        let source = classify(&member, b"");
        let options = TallyOptions::new(5, 2, &Limits::default());
        let view = BlockView::whole(b"");
        let mut attempts = Attempts::default();
        for (line, end) in lines {
            let attempt = Attempt {
                leaf: (0, usize::from(end / 3)),
                end: [End::Literal, End::Regex, End::Holds][usize::from(end % 3)].clone(),
                lines_before: *line,
                text: Cow::Borrowed(b"text"),
                place: 0,
                value: None,
                lacks: usize::from(end % 2),
            };
            let place = Place {
                member: &member,
                source: &source,
                view: &view,
                lines: 0,
            };
            attempts.add(&attempt, place, &options);
        }
        attempts
    }

    #[test]
    fn the_first_few_are_kept_and_all_are_counted() {
        let lines: Vec<(u64, u8)> = (0..1_000).rev().map(|line| (line, 1)).collect();
        let mut all = Attempts::default();
        all.merge(block("b", &lines), Next::Block { lines: 10 });
        all.merge(block("a", &[(7, 1)]), Next::Member);
        let (end, tried) = all.of_leaf(0).next().expect("there is one");
        assert_eq!((end, tried.count), (&End::Regex, 1_001));
        let places = tried.examples.iter();
        let places: Vec<(&str, u64)> = places.map(|e| (e.member.as_str(), e.line)).collect();
        assert_eq!(places, [("a", 7), ("b", 11), ("b", 12)]);
    }

    proptest! {
        #[test]
        fn blocks_and_members_add_up_in_any_grouping(
            ends in proptest::collection::vec(0u8..6, 0..30),
            split in 0usize..30,
        ) {
            let lines: Vec<(u64, u8)> = (0..).zip(ends).collect();
            let mut whole = Attempts::default();
            whole.merge(block("m", &lines), Next::Block { lines: 0 });
            let split = split.min(lines.len());
            let (first, rest) = lines.split_at(split);
            let rest: Vec<(u64, u8)> = rest.iter().map(|(line, end)| (line - split as u64, *end)).collect();
            let mut joined = Attempts::default();
            joined.merge(block("m", first), Next::Block { lines: 0 });
            joined.merge(block("m", &rest), Next::Block { lines: split as u64 });
            prop_assert_eq!(&joined, &whole);
            let other = block("other", &lines);
            let mut one = whole.clone();
            one.merge(other.clone(), Next::Member);
            let mut two = other;
            two.merge(whole, Next::Member);
            prop_assert_eq!(one, two);
        }
    }
}
