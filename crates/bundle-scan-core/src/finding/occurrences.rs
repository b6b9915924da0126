//! How often lines matched, each counted once however many logs of the bundle hold it.
//!
//! The same record stands in `messages`, in the journal and in the log of its unit; a log of a pod is there under two paths. A line that says
//! when it was written is therefore known by its text, the object it is about and that time; one of a pod that does not, by its text and where it stands. What equal lines in several logs are is told
//! by whose logs they are ([`counted`]): those of one host or pod hold copies, those of two hosts tell of two things. Within one stream,
//! which is a log with its rotations, equal lines are kept apart.

use std::cmp::Reverse;
use std::hash::{BuildHasher, Hasher};

use foldhash::HashMap;
use foldhash::quality::FixedState;

use super::clocks::Clocks;
use crate::base::hash::fnv1a;
use crate::base::legible::legible;
use crate::base::time::{HostId, NANOS_PER_SECOND, Reading, Scale};
use crate::record::Record;
use crate::source::Source;

/// Lines told apart of the matches of one signature: those with the smallest hashes, which are a fair sample of all.
pub const MATCHES: usize = 1 << 13;

/// Stamps of one moment in two zones differ by quarters of an hour, so this is all that is compared of them, in seconds.
const QUARTER: i64 = 900;

/// Whose log a line stands in: of a pod, of a host, or of nobody that is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(u32);

impl Owner {
    /// Nothing names it: it may be any.
    pub const UNNAMED: Owner = Owner(0);

    /// The pod of this name, without its namespace.
    pub fn pod(name: &[u8]) -> Self {
        Owner(fnv1a(name) as u32 | 1)
    }

    /// A machine, if it is named.
    pub fn host(host: HostId) -> Self {
        match host {
            _ if host.is_of_tree() => Owner(host.short() & !3 | Owner::TREE),
            _ if host.is_machine() && host != HostId::UNNAMED => Owner(host.short() & !1 | 2),
            _ => Owner::UNNAMED,
        }
    }

    /// What tells a tree: the two bits before it are not set.
    const TREE: u32 = 4;

    fn is_tree(self) -> bool {
        self.0 & 3 == 0 && self.0 & Owner::TREE != 0
    }
}

/// The machines of trees of members, as owners.
#[derive(Debug)]
pub struct Owners(HashMap<Owner, Owner>);

impl Owners {
    /// Those that are known.
    pub fn new(clocks: &Clocks) -> Self {
        let owners = clocks.homes();
        let owners = owners.map(|(tree, host)| (Owner::host(tree), Owner::host(host)));
        Owners(owners.collect())
    }

    fn of(&self, owner: Owner) -> Owner {
        match owner.is_tree() {
            true => self.0.get(&owner).copied().unwrap_or(Owner::UNNAMED),
            false => owner,
        }
    }
}

/// A line in a log that may stand in other logs too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinePlace {
    /// The line, whichever log it stands in; see [`identity`].
    pub line: u64,
    /// The log with its rotations.
    pub stream: u32,
    /// Whose log it is.
    pub owner: Owner,
}

impl LinePlace {
    /// Where a record of `source` stands that begins with the byte `offset` of its member: `None` if nothing tells it from others.
    pub fn of(record: &Record<'_>, source: &Source, offset: u64) -> Option<Self> {
        let of_path = || source.pod.as_ref().map(|pod| pod.pod.as_bytes());
        let host = |name| Owner::host(HostId::named(&legible(name)));
        Some(LinePlace {
            line: identity(record).or_else(|| identity_by_place(record, source, offset))?,
            stream: source.stream,
            owner: match (record.pod.as_deref().or_else(of_path), &record.host) {
                (Some(pod), _) => Owner::pod(pod),
                (None, Some(name)) => host(name),
                (None, None) => Owner::UNNAMED,
            },
        })
    }

    /// Sets the owner, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        self.owner = owners.of(self.owner);
    }

    /// Says of which host the member is.
    pub(super) fn on_host(&mut self, host: HostId) {
        if self.owner == Owner::UNNAMED {
            self.owner = Owner::host(host);
        }
    }
}

/// What a line is recognised by: `None` if it does not say when it was written.
pub fn identity(record: &Record<'_>) -> Option<u64> {
    let moment = match (record.uptime, record.reading?) {
        (Some(uptime), _) => uptime,
        (None, reading) => moment(reading)?,
    };
    let object = record.object.as_deref().unwrap_or_default();
    let mut hash = FixedState::default().build_hasher();
    hash.write_i64(moment);
    hash.write_usize(object.len());
    hash.write(object);
    hash.write(&record.text);
    Some(hash.finish())
}

/// What a line of a pod is recognised by that does not say when it was written: copies of one log have it at the same place. Programs begin alike, so
/// the path has to tell whose log it is in full.
fn identity_by_place(record: &Record<'_>, source: &Source, offset: u64) -> Option<u64> {
    let pod = source.pod.as_ref()?;
    let (namespace, container) = pod.namespace.as_deref().zip(pod.container.as_deref())?;
    let mut hash = FixedState::default().build_hasher();
    hash.write_u64(offset);
    for part in [
        namespace,
        container,
        source.rotation.as_deref().unwrap_or_default(),
    ] {
        hash.write_usize(part.len());
        hash.write(part.as_bytes());
    }
    hash.write(&record.text);
    Some(hash.finish())
}

fn moment(reading: Reading) -> Option<i64> {
    match reading.scale {
        Scale::Absolute | Scale::Zoneless | Scale::Yearless => Some(
            reading
                .nanos
                .div_euclid(NANOS_PER_SECOND)
                .rem_euclid(QUARTER),
        ),
        Scale::Uptime => Some(reading.nanos),
        Scale::Ago => None,
    }
}

/// The places that count, each with how often its line stands there; in all others stand copies. Of a line that counts are for each owner the stream that has
/// it most often or, if one that nobody is known to own has it more often than those together, that one. Of equal streams the first that is given counts.
pub fn counted(places: impl Iterator<Item = (LinePlace, u64)>) -> HashMap<LinePlace, u64> {
    struct Stream {
        place: LinePlace,
        count: u64,
        first: usize,
    }
    let all = places.enumerate().map(|(first, (place, count))| Stream {
        place,
        count,
        first,
    });
    let mut all: Vec<Stream> = all.collect();
    let order = |one: &Stream| (one.place.line, one.place.owner, one.place.stream, one.first);
    all.sort_unstable_by_key(order);
    all.dedup_by(|next, known| {
        let is_same = next.place == known.place;
        if is_same {
            known.count = known.count.saturating_add(next.count);
        }
        is_same
    });
    let mut counting = HashMap::default();
    for line in all.chunk_by(|a, b| a.place.line == b.place.line) {
        let of_owner = line.chunk_by(|a, b| a.place.owner == b.place.owner);
        let largest = of_owner.filter_map(|streams| {
            let rank = |one: &&Stream| (one.count, Reverse(one.first));
            streams.iter().max_by_key(rank)
        });
        let (unnamed, named): (Vec<&Stream>, Vec<&Stream>) =
            largest.partition(|one| one.place.owner == Owner::UNNAMED);
        let count = |of: &[&Stream]| sum(of.iter().map(|one| one.count));
        let first = |of: &[&Stream]| Reverse(of.iter().map(|one| one.first).min());
        let rank = |of: &[&Stream]| (count(of), first(of));
        let most = match rank(&unnamed) > rank(&named) {
            true => unnamed,
            false => named,
        };
        counting.extend(most.into_iter().map(|one| (one.place, one.count)));
    }
    counting
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Occurrences. Merges in any order.
#[derive(Clone, Debug, Default)]
pub struct Occurrences<const MAX_LINES: usize = MATCHES> {
    /// Of lines that cannot be recognised in another stream.
    unknown: u64,
    /// Of lines with larger hashes than those that are told apart.
    beyond: u64,
    /// The largest place that is told apart, once there were too many.
    last: Option<LinePlace>,
    /// Places that are told apart, unsorted and perhaps several times.
    places: Vec<(LinePlace, u64)>,
}

impl<const MAX_LINES: usize> Occurrences<MAX_LINES> {
    /// Adds a line that stands for `repeats` occurrences.
    pub fn add(&mut self, place: Option<LinePlace>, repeats: u64) {
        match place {
            Some(place) => self.add_at(place, repeats),
            None => self.unknown = self.unknown.saturating_add(repeats),
        }
    }

    fn add_at(&mut self, place: LinePlace, repeats: u64) {
        if self.last.is_some_and(|last| place > last) {
            self.beyond = self.beyond.saturating_add(repeats);
            return;
        }
        // Most groups have one match only.
        if self.places.is_empty() {
            self.places.reserve_exact(1);
        }
        self.places.push((place, repeats));
        if self.places.len() > 2 * MAX_LINES {
            self.bound(MAX_LINES);
        }
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Self) {
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.beyond = self.beyond.saturating_add(other.beyond);
        if self.places.is_empty() && self.last.is_none() {
            (self.places, self.last) = (other.places, other.last);
            return;
        }
        for (place, count) in other.places {
            self.add_at(place, count);
        }
        // What the other part no longer tells apart, this one cannot either.
        if let Some(last) = other
            .last
            .filter(|theirs| self.last.is_none_or(|mine| *theirs < mine))
        {
            self.last = Some(last);
            self.bound(MAX_LINES);
        }
    }

    /// Says of which host the member is that all of these stand in.
    pub fn on_host(&mut self, host: HostId) {
        // Which places are the smallest must not depend on whether it was asked before or after this.
        self.bound(MAX_LINES);
        let places = self.places.iter_mut().map(|(place, _)| place);
        places
            .chain(&mut self.last)
            .for_each(|place| place.on_host(host));
    }

    /// Sets the owners, once the homes are known.
    pub(super) fn settle(&mut self, owners: &Owners) {
        self.bound(MAX_LINES);
        let places = self.places.iter_mut().map(|(place, _)| place);
        places
            .chain(&mut self.last)
            .for_each(|place| place.settle(owners));
    }

    /// How many places take memory.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Keeps the `most` smallest places, and no more than it may in any case.
    pub(super) fn bound(&mut self, most: usize) {
        let most = most.min(MAX_LINES);
        if self.places.len() <= most && self.last.is_none() {
            return;
        }
        let mut sorted = std::mem::take(&mut self.places);
        sorted.sort_unstable_by_key(|(place, _)| *place);
        for (place, count) in sorted {
            let is_beyond = self.last.is_some_and(|last| place > last);
            let is_full = self.places.len() == most;
            match self.places.last_mut() {
                Some((known, sum)) if *known == place => *sum = sum.saturating_add(count),
                Some((known, _)) if is_full => {
                    self.last = Some(*known);
                    self.beyond = self.beyond.saturating_add(count);
                }
                _ if is_beyond => self.beyond = self.beyond.saturating_add(count),
                _ => self.places.push((place, count)),
            }
        }
    }

    /// How many there are. Of more lines than are told apart, as many are taken for copies as among those that are.
    pub fn count(&self) -> u64 {
        let mut known = self.clone();
        known.bound(MAX_LINES);
        let all = sum(known.places.iter().map(|(_, count)| *count));
        let distinct = sum(counted(known.places.into_iter()).into_values());
        let beyond = u128::from(known.beyond) * u128::from(distinct) / u128::from(all.max(1));
        let beyond = u64::try_from(beyond).unwrap_or(u64::MAX);
        distinct
            .saturating_add(beyond)
            .saturating_add(known.unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::record::clock::Clock;
    use crate::source::classify;
    use proptest::prelude::*;

    fn place(line: u64, stream: u32, owner: u32) -> LinePlace {
        let owner = Owner(owner);
        LinePlace {
            line,
            stream,
            owner,
        }
    }

    fn owned(places: &[(u64, u32, u32)]) -> Occurrences {
        let mut all = Occurrences::default();
        for (line, stream, owner) in places.iter().copied() {
            all.add(Some(place(line, stream, owner)), 1);
        }
        all
    }

    fn unowned(places: &[(u64, u32)]) -> Occurrences {
        let places = places.iter().map(|(line, stream)| (*line, *stream, 0));
        owned(&places.collect::<Vec<_>>())
    }

    fn sample(of: &Occurrences) -> (u64, Vec<(LinePlace, u64)>) {
        let mut of = of.clone();
        of.bound(MATCHES);
        (of.beyond, of.places)
    }

    #[test]
    fn a_line_counts_as_often_as_in_the_stream_that_has_it_most_often() {
        assert_eq!(unowned(&[(1, 1), (1, 2)]).count(), 1);
        assert_eq!(unowned(&[(1, 1), (1, 1), (1, 2)]).count(), 2);
        assert_eq!(unowned(&[(1, 1), (2, 2), (2, 3)]).count(), 2);
        let mut all = unowned(&[(1, 1)]);
        all.add(None, 3);
        assert_eq!(all.count(), 4);
    }

    #[test]
    fn the_same_line_of_another_host_is_no_copy() {
        let (n1, n2) = (1, 2);
        for (places, expected) in [
            (&[(1, 1, n1), (1, 2, n1)][..], 1),
            (&[(1, 1, n1), (1, 2, n2)], 2),
            (&[(1, 1, n1), (1, 2, n2), (1, 3, 0)], 2),
            (&[(1, 1, n1), (1, 3, 0), (1, 3, 0), (1, 3, 0)], 3),
            (&[(1, 1, 0), (1, 2, 0)], 1),
            // A log of many hosts, and the own one of each of them.
            (&[(1, 1, n1), (1, 1, n2), (1, 2, n1), (1, 3, n2)], 2),
        ] {
            assert_eq!(owned(places).count(), expected, "{places:?}");
        }
    }

    #[test]
    fn of_equal_streams_the_first_given_counts() {
        let given = [place(1, 9, 1), place(1, 2, 1), place(1, 1, 0)];
        let counting = |order: &[usize]| {
            let places = order.iter().map(|at| (given[*at], 1));
            let counting = counted(places);
            assert_eq!(counting.len(), 1);
            counting.into_keys().next()
        };
        assert_eq!(counting(&[0, 1, 2]), Some(given[0]));
        assert_eq!(counting(&[1, 0, 2]), Some(given[1]));
        assert_eq!(counting(&[2, 0, 1]), Some(given[2]));
    }

    #[test]
    fn a_line_stands_in_the_log_of_a_pod_a_host_or_nobody() {
        let of = |path: &str, line: &str| {
            let source = classify(&MemberPath::new(path), line.as_bytes());
            let record = Record::read(line.as_bytes(), &source, &Clock::default());
            LinePlace::of(&record, &source, 0).expect("it says when")
        };
        let stamp = "2026-03-10T10:17:41.075997Z";
        let kept = of(
            "var/log/pods/shop_web-0_1111/app/0.log",
            &format!("{stamp} stdout F it failed"),
        );
        let prefixed = of("all.log", &format!("[pod/web-0/app] {stamp} it failed"));
        assert_eq!((kept.line, kept.owner), (prefixed.line, prefixed.owner));
        let other = of("all.log", &format!("[pod/web-1/app] {stamp} it failed"));
        assert_ne!(kept.owner, other.owner);
        let short = of("messages", &format!("{stamp} n1 kernel: it failed"));
        let full = of(
            "journal.log",
            &format!("{stamp} n1.example.com kernel: it failed"),
        );
        assert_eq!((short.line, short.owner), (full.line, full.owner));
        let mut unnamed = of("app.log", &format!("{stamp} it failed"));
        assert_eq!(unnamed.owner, Owner::UNNAMED);
        for host in [HostId::UNNAMED, HostId::CONTAINER, HostId::ADRIFT] {
            unnamed.on_host(host);
            assert_eq!(unnamed.owner, Owner::UNNAMED);
        }
        unnamed.on_host(HostId::named("n1"));
        assert_eq!(unnamed.owner, short.owner);
    }

    #[test]
    fn of_many_lines_as_many_are_copies_as_of_those_told_apart() {
        let lines = |stream| {
            (0..100_000u64).map(move |line| (line.wrapping_mul(0x9e37_79b9_7f4a_7c15), stream))
        };
        let alone: Vec<_> = lines(1).collect();
        assert_eq!(unowned(&alone).count(), 100_000);
        let twice: Vec<_> = lines(1).chain(lines(2)).collect();
        let count = unowned(&twice).count();
        assert!((99_900..100_100).contains(&count), "{count}");
        let mut merged = unowned(&alone);
        merged.merge(unowned(&lines(2).rev().collect::<Vec<_>>()));
        assert_eq!(sample(&merged), sample(&unowned(&twice)));
    }

    #[test]
    fn a_record_is_known_by_its_text_and_its_time_in_any_zone() {
        let of = |path: &str, line: &str| {
            let source = classify(&MemberPath::new(path), line.as_bytes());
            identity(&Record::read(line.as_bytes(), &source, &Clock::default()))
        };
        let messages = of(
            "var/log/messages",
            "Mar 10 10:17:41 n1 kubelet[812]: it failed",
        );
        assert!(messages.is_some());
        let journal = "2026-03-10T02:17:41.075997+00:00 n1 kubelet[812]: it failed";
        assert_eq!(of("journal.log", journal), messages);
        let event = |object| {
            let row = format!("2026-03-10T10:17:41Z  Warning  Failed  pod/{object}  it failed");
            of("events.txt", &row)
        };
        assert_ne!(event("web-0"), event("web-1"));
        let later = "Mar 10 10:17:42 n1 kubelet[812]: it failed";
        assert_ne!(of("var/log/messages", later), messages);
        assert_eq!(of("app.log", "it failed"), None);
        let ring = of("dmesg", "[12345.678901] it failed");
        let logged = "Mar 10 10:17:41 n1 kernel: [12345.678901] it failed";
        assert_eq!(of("var/log/messages", logged), ring);
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(
            places in proptest::collection::vec((0u64..4, 0u32..3, 0u32..3), 0..20),
            split in 0usize..20,
        ) {
            let (left, right) = places.split_at(split.min(places.len()));
            let mut merged = owned(right);
            merged.merge(owned(left));
            prop_assert_eq!(merged.count(), owned(&places).count());
        }
    }
}
