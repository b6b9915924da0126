//! Errors that no signature matches, by what they have in common. Bounded, and the same in any order.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::FixedState;

use super::clocks::Clocks;
use super::entity::Values;
use super::evidence::Evidence;
use super::homes::Home;
use super::occurrences::{LinePlace, Occurrences, Owners};
use super::seen::{Seen, Settled};
use super::tally::{Next, Place, TallyOptions};
use crate::base::legible::legible;
use crate::envelope::Level;
use crate::matcher::Sighting;
use crate::mining::mask::masked;
use crate::source::component::Component;

/// Lines of one message that are told apart, to know copies in other logs.
const MAX_LINES: usize = 64;
/// Hosts, and objects, kept of one message.
const MAX_VALUES: usize = 16;
/// Bytes kept of what one of the errors says.
const MAX_SAID: usize = 1_000;

/// Errors that no signature matches.
#[derive(Clone, Debug, Default)]
pub struct Unexplained {
    /// By the hash of speaker and masked message.
    messages: BTreeMap<u64, Message>,
    /// Whether there were more messages than are kept.
    is_capped: bool,
}

/// Errors that differ in what is masked only.
#[derive(Clone, Debug)]
pub struct Message {
    /// The masked message.
    pub masked: String,
    /// Who wrote it.
    pub component: Option<Component>,
    /// The worst level.
    pub level: Level,
    /// When.
    pub seen: Seen,
    /// The hosts that envelopes named.
    pub hosts: Values,
    /// The objects that events are about: `pod/web-0`.
    pub objects: Values,
    /// The first of them.
    pub example: Evidence,
    /// What the first of them says: its line without the envelope, cut.
    pub said: String,
    occurrences: Occurrences<MAX_LINES>,
}

impl Unexplained {
    /// Counts an error.
    pub fn add(&mut self, error: &Sighting<'_>, place: Place<'_>, options: &TallyOptions) {
        let record = error.record;
        let Some(level) = record.level else { return };
        let text = masked(&record.text);
        let hash = hash(record.component, &text);
        let is_full = self.messages.len() >= options.max_templates;
        if is_full
            && self
                .messages
                .last_key_value()
                .is_none_or(|(last, _)| hash > *last)
        {
            self.is_capped = true;
            return;
        }
        let message = self.messages.entry(hash).or_insert_with(|| Message {
            masked: legible(&text).into_owned(),
            component: record.component,
            level,
            seen: Seen::default(),
            hosts: Values::default(),
            objects: Values::default(),
            example: Evidence::new(place, error, options, 0),
            said: legible(record.text.get(..MAX_SAID).unwrap_or(&record.text)).into_owned(),
            occurrences: Occurrences::default(),
        });
        message.level = message.level.max(level);
        let line = LinePlace::of(record, place.source, place.offset_of(error.line.start));
        message.occurrences.add(line, record.repeats);
        record
            .reading
            .into_iter()
            .for_each(|at| message.seen.add(at));
        if let Some(host) = record.host.as_deref() {
            message.hosts.add(&legible(host), 1, MAX_VALUES);
        }
        if let Some(object) = record.object.as_deref() {
            message.objects.add(&legible(object), 1, MAX_VALUES);
        }
        self.bound(options.max_templates);
    }

    /// Says whose the member is that all of these stand in.
    pub(super) fn on_host(&mut self, home: &Home<'_>) {
        let host = home.host;
        for message in self.messages.values_mut() {
            message.seen.on_host(home);
            message.example.on_host(host);
            message.occurrences.on_host(host);
        }
    }

    /// Sets the owners of lines, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        for message in self.messages.values_mut() {
            message.occurrences.settle(owners);
        }
    }

    /// Says that the machine was booted again after all of these.
    pub(super) fn end_boot(&mut self) {
        for message in self.messages.values_mut() {
            message.seen.end_boot();
            message.example.end_boot();
        }
    }

    /// Adds those of another part, and keeps the first `most` by their hashes.
    pub(super) fn merge(&mut self, other: Unexplained, next: Next, most: usize) {
        self.is_capped |= other.is_capped;
        for (hash, mut theirs) in other.messages {
            if let Next::Block { lines } = next {
                theirs.example.line += lines + 1;
            }
            match self.messages.get_mut(&hash) {
                Some(known) => known.merge(theirs),
                None => {
                    self.messages.insert(hash, theirs);
                }
            }
        }
        self.bound(most);
    }

    fn bound(&mut self, most: usize) {
        while self.messages.len() > most {
            self.messages.pop_last();
            self.is_capped = true;
        }
    }

    /// Whether there were more messages than are kept.
    pub fn is_capped(&self) -> bool {
        self.is_capped
    }

    /// The messages, in the order of their hashes.
    pub fn into_messages(self) -> impl Iterator<Item = Message> {
        self.messages.into_values()
    }
}

impl Message {
    /// How often it occurred.
    pub fn count(&self) -> u64 {
        self.occurrences.count()
    }

    /// When, by one clock; sets the time of the example, too.
    pub fn settle(&mut self, clocks: &Clocks) -> Settled {
        self.example.settle(clocks);
        self.seen.settle(clocks)
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Message) {
        self.level = self.level.max(other.level);
        self.seen.merge(other.seen);
        self.hosts.merge(other.hosts, MAX_VALUES);
        self.objects.merge(other.objects, MAX_VALUES);
        self.occurrences.merge(other.occurrences);
        if other.example.order() < self.example.order() {
            (self.example, self.said) = (other.example, other.said);
        }
    }
}

fn hash(component: Option<Component>, masked: &[u8]) -> u64 {
    let mut hash = FixedState::default().build_hasher();
    hash.write(component.map_or("", Component::as_str).as_bytes());
    hash.write(masked);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::base::member_path::MemberPath;
    use crate::record::Record;
    use crate::record::clock::Clock;
    use crate::source::classify;
    use crate::text::block::BlockView;
    use proptest::prelude::*;

    /// Each line as a member of its own.
    fn of(lines: &[String]) -> Unexplained {
        let mut all = Unexplained::default();
        for line in lines {
            let path = MemberPath::new("var/log/messages");
            let source = classify(&path, line.as_bytes());
            let record = Record::read(line.as_bytes(), &source, &Clock::default());
            let view = BlockView::whole(line.as_bytes());
            let error = Sighting {
                line: 0..line.len(),
                place: 0,
                lines_before: 0,
                record: &record,
                captures: Vec::new(),
            };
            let place = Place {
                member: &path,
                source: &source,
                view: &view,
                lines: 0,
            };
            let options = TallyOptions::new(1, 0, &Limits::default());
            all.add(&error, place, &options);
        }
        all
    }

    fn line(second: u32, text: &str) -> String {
        format!(
            "Mar 10 10:{:02}:{:02} n1 kubelet[7]: E0310 10:17:41.1  7 a.go:9] {text}",
            second / 60 % 60,
            second % 60
        )
    }

    fn told(all: Unexplained) -> Vec<(String, u64)> {
        let messages = all.into_messages();
        messages
            .map(|message| (message.masked.clone(), message.count()))
            .collect()
    }

    #[test]
    fn of_too_many_messages_the_same_are_kept_in_any_order() {
        let word = |number: usize| -> String {
            let letter =
                |digit: usize| char::from(b'a' + (number / 26_usize.pow(digit as u32) % 26) as u8);
            (0..4).map(letter).collect()
        };
        let lines: Vec<String> = (0..3_000)
            .map(|number| line(number as u32, &format!("the {} broke", word(number * 7))))
            .collect();
        let forward = of(&lines);
        assert!(forward.is_capped());
        let reversed: Vec<String> = lines.iter().rev().cloned().collect();
        assert_eq!(told(of(&reversed)), told(forward.clone()));
        let mut merged = of(&lines[2_000..]);
        merged.merge(
            of(&lines[..2_000]),
            Next::Member,
            Limits::default().max_templates,
        );
        assert_eq!(told(merged), told(forward));
    }

    proptest! {
        #[test]
        fn counts_are_exact_in_any_grouping(
            picks in proptest::collection::vec((0usize..3, 0u32..60), 0..20),
            split in 0usize..20,
        ) {
            let texts = ["the mill broke", "the mill broke at 7", "the well is dry"];
            let lines: Vec<String> = picks.iter().map(|(text, second)| line(*second, texts[*text])).collect();
            let (left, right) = lines.split_at(split.min(lines.len()));
            let mut merged = of(right);
            merged.merge(of(left), Next::Member, Limits::default().max_templates);
            let whole = told(of(&lines));
            prop_assert_eq!(told(merged), whole.clone());
            prop_assert_eq!(whole.iter().map(|(_, count)| *count).sum::<u64>(), lines.len() as u64);
        }
    }
}
