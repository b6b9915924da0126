//! Matches that count only together: what they are grouped by, and when they happened.

use std::borrow::Cow;

use crate::base::hash::fnv1a;
use crate::base::member_path::MemberPath;
use crate::matcher::Match;
use crate::signature::plan::Plan;
use crate::source::Source;

/// Moments kept of one group: the latest ones.
const MAX_MOMENTS: usize = 64;

/// A leaf of a signature, and the values of the entities that its matches are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The leaf.
    pub leaf: usize,
    /// Whether it proves nothing: nothing is kept of its matches but when they happened.
    pub is_silent: bool,
    /// Hashes of the values, in the order of `Plan::group_by`; `None` where a match does not name one. There may be many
    /// thousands of groups, and all that is asked of values is whether they are the same.
    pub values: Vec<Option<u64>>,
}

impl GroupKey {
    /// The group of a match.
    pub fn new(found: &Match<'_>, source: &Source, plan: &Plan) -> Self {
        let values = plan.group_by.iter();
        let values = values.map(|entity| value(found, source, entity));
        GroupKey {
            leaf: found.leaf,
            is_silent: plan.silent.contains(&found.leaf),
            values: values.collect(),
        }
    }
}

/// What a match says about an entity: what it captured, or else what its envelope or path says.
fn value(found: &Match<'_>, source: &Source, entity: &str) -> Option<u64> {
    let captured = found
        .captures
        .iter()
        .find(|capture| capture.entity == Some(entity))
        .map(|capture| String::from_utf8_lossy(&capture.value));
    let implied = || match entity {
        "pod" => source
            .pod
            .as_ref()
            .map(|pod| Cow::Borrowed(pod.pod.as_str())),
        "container" => source.pod.as_ref()?.container.as_deref().map(Cow::Borrowed),
        "node" | "host" => found.record.host.as_deref().map(String::from_utf8_lossy),
        "object" => found.record.object.as_deref().map(String::from_utf8_lossy),
        _ => None,
    };
    let implied_pod = || {
        let object = found.record.object.as_deref().filter(|_| entity == "pod")?;
        let object = std::str::from_utf8(object).ok()?;
        object.strip_prefix("pod/").map(Cow::Borrowed)
    };
    let text = captured.or_else(implied).or_else(implied_pod)?;
    let plain = canonical(entity, &text);
    (!plain.is_empty()).then(|| fnv1a(plain.as_bytes()))
}

/// The part of a name that all who speak of the thing agree on.
fn canonical<'t>(entity: &str, text: &'t str) -> &'t str {
    match entity {
        // `shop/web-0`, `web-0_shop(1b2c)`, `web-0`.
        "pod" | "pvc" | "service" | "ingress" | "workload" | "secret" | "configmap" => {
            let name = text.rsplit('/').next().unwrap_or(text);
            name.split(['_', '(']).next().unwrap_or(name)
        }
        // The first label of a host name, but all of an address.
        "node" | "host" => {
            let is_address = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            match is_address {
                true => text,
                false => text.split('.').next().unwrap_or(text),
            }
        }
        "device" => text.strip_prefix("/dev/").unwrap_or(text),
        _ => text,
    }
}

/// When and where a match happened. Ordered so that the latest ones can be kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub unix_nanos: Option<i64>,
    /// Nanoseconds since the machine booted.
    pub uptime: Option<i64>,
    /// The member.
    pub member: MemberPath,
    /// The byte of the member.
    pub offset: u64,
    /// Whether it tells a state at capture, not something that happened at a time.
    pub is_state: bool,
}

impl Moment {
    /// Whether this comes after `earlier` and at most `within` nanoseconds later. Moments that cannot be compared do not.
    pub fn follows(&self, earlier: &Moment, within: Option<i64>) -> bool {
        if self.is_state || earlier.is_state {
            return self.is_state;
        }
        let in_window = |later: i64, earlier: i64| {
            let gap = later.saturating_sub(earlier);
            gap >= 0 && within.is_none_or(|within| gap <= within)
        };
        let same_member = self.member == earlier.member;
        let is_later_line = !same_member || self.offset > earlier.offset;
        match (self.unix_nanos, earlier.unix_nanos) {
            (Some(later), Some(before)) => {
                in_window(later, before) && (later > before || is_later_line)
            }
            _ => match (self.uptime, earlier.uptime) {
                (Some(later), Some(before)) if same_member => {
                    in_window(later, before) && is_later_line
                }
                _ => same_member && self.offset > earlier.offset,
            },
        }
    }
}

/// The latest moments of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments(Vec<Moment>);

impl Moments {
    /// Adds one.
    pub fn add(&mut self, moment: Moment) {
        self.0.push(moment);
        if self.0.len() > 4 * MAX_MOMENTS {
            self.thin();
        }
    }

    /// Adds those of another part.
    pub fn merge(&mut self, other: Moments) {
        self.0.extend(other.0);
        self.thin();
    }

    fn thin(&mut self) {
        self.0.sort_unstable_by(|a, b| b.cmp(a));
        self.0.truncate(MAX_MOMENTS);
    }

    /// The moments that are kept, the earliest first.
    pub fn sorted(&self) -> Vec<&Moment> {
        let mut all: Vec<&Moment> = self.0.iter().collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.truncate(MAX_MOMENTS);
        all.reverse();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_what_all_agree_on() {
        for (entity, text, expected) in [
            ("pod", "shop/web-0", "web-0"),
            ("pod", "web-0_shop(1b2c)", "web-0"),
            ("node", "node-1.example.com", "node-1"),
            ("node", "10.0.0.5", "10.0.0.5"),
            ("device", "/dev/sdb", "sdb"),
            ("image", "a/b:1", "a/b:1"),
        ] {
            assert_eq!(canonical(entity, text), expected);
        }
    }

    fn at(seconds: Option<i64>, uptime: Option<i64>, member: &str, offset: u64) -> Moment {
        Moment {
            unix_nanos: seconds,
            uptime,
            member: MemberPath::new(member),
            offset,
            is_state: false,
        }
    }

    #[test]
    fn order_is_told_by_time_then_uptime_then_place() {
        let timed = at(Some(10), None, "a", 5);
        for (later, within, expected) in [
            (at(Some(11), None, "b", 0), Some(1), true),
            (at(Some(12), None, "b", 0), Some(1), false),
            (at(Some(9), None, "a", 9), None, false),
            (at(Some(10), None, "a", 6), Some(1), true),
            (at(Some(10), None, "a", 4), Some(1), false),
            (at(None, None, "a", 6), Some(1), true),
            (at(None, None, "b", 6), None, false),
        ] {
            assert_eq!(later.follows(&timed, within), expected, "{later:?}");
        }
        let booted = at(None, Some(100), "d", 1);
        assert!(at(None, Some(150), "d", 2).follows(&booted, Some(60)));
        assert!(!at(None, Some(170), "d", 2).follows(&booted, Some(60)));
    }

    #[test]
    fn only_the_latest_moments_are_kept_in_any_order() {
        let all: Vec<Moment> = (0..300).map(|n| at(Some(n), None, "a", 0)).collect();
        let mut forward = Moments::default();
        all.iter().cloned().for_each(|moment| forward.add(moment));
        let mut backward = Moments::default();
        all.iter()
            .rev()
            .cloned()
            .for_each(|moment| backward.add(moment));
        assert_eq!(forward.sorted(), backward.sorted());
        assert_eq!(
            forward
                .sorted()
                .first()
                .and_then(|moment| moment.unix_nanos),
            Some(236)
        );
    }
}
