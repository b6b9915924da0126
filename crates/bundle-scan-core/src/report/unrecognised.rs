//! Errors that no signature matches, clustered into templates and ranked: what may be worth a signature of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::score::{Factor, doublings, factor, total};
use super::{Finding, Reason};
use crate::base::time::{NANOS_PER_SECOND, Time};
use crate::envelope::Level;
use crate::finding::Evidence;
use crate::finding::clocks::Clocks;
use crate::finding::entity::Values;
use crate::finding::seen::Settled;
use crate::finding::unexplained::{Message, Unexplained};
use crate::mining::cluster::cluster;

/// Templates that a report keeps.
const MAX_TEMPLATES: usize = 100;
/// Close to a finding is what comes so shortly before or after its begin.
const CLOSE: i64 = 600 * NANOS_PER_SECOND;
/// How close to the time of capture something must be seen to go on still.
const RECENT: i64 = 1_800 * NANOS_PER_SECOND;
/// What began in the last so many percent of the time of all logs is new.
const NEW_PERCENT: i64 = 20;

/// The errors of a bundle that no signature matches.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Unrecognised {
    /// The templates that matter most first.
    pub templates: Vec<Template>,
    /// Templates that are not kept.
    pub left_out: u64,
    /// Whether there were so many different messages that only a sample of them was counted.
    pub is_sample: bool,
}

/// Errors that have a message in common.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Template {
    /// The message; [`crate::mining::mask::VARIABLE`] stands for what changes.
    pub text: String,
    /// Who writes it; `None` if that is not known.
    pub component: Option<&'static str>,
    /// The worst level.
    pub level: Level,
    /// How often it occurred.
    pub count: u64,
    /// The earliest known time.
    pub first_seen: Option<Time>,
    /// The latest known time.
    pub last_seen: Option<Time>,
    /// The hosts that its lines name, with how often; most frequent first.
    pub hosts: Vec<(String, u64)>,
    /// One of the lines: the first of the most frequent message.
    pub example: Evidence,
    /// What that line says, without its envelope.
    pub said: String,
    /// Sum of the factors.
    pub score: i64,
    /// Why it ranks where it does.
    pub factors: Vec<Factor>,
}

/// What templates are held against.
pub(super) struct Setting<'s> {
    pub(super) findings: &'s [Finding],
    pub(super) clocks: &'s Clocks,
    /// From when to when the logs go, in nanoseconds since 1970-01-01T00:00:00Z.
    pub(super) span: Option<(i64, i64)>,
}

impl Unrecognised {
    pub(super) fn new(errors: Unexplained, setting: &Setting<'_>) -> Self {
        let is_sample = errors.is_capped();
        let mut by_component: BTreeMap<Option<&str>, Vec<Message>> = BTreeMap::new();
        let named = named(setting.findings);
        let is_explained = |message: &Message| {
            let objects = message.objects.ranked();
            let names_it = |(object, _): &(&str, u64)| named.contains(name_of(object));
            !objects.is_empty() && objects.iter().all(names_it)
        };
        for message in errors.into_messages().filter(|one| !is_explained(one)) {
            let component = message.component.map(|one| one.as_str());
            by_component.entry(component).or_default().push(message);
        }
        let mut templates: Vec<Template> = by_component
            .into_values()
            .flat_map(clustered)
            .map(|(text, message)| Template::new(text, message, setting))
            .collect();
        templates.sort_by(|a, b| {
            let by_score = b.score.cmp(&a.score).then(b.count.cmp(&a.count));
            by_score.then_with(|| (&a.text, a.component).cmp(&(&b.text, b.component)))
        });
        let left_out = templates.len().saturating_sub(MAX_TEMPLATES) as u64;
        templates.truncate(MAX_TEMPLATES);
        Unrecognised {
            templates,
            left_out,
            is_sample,
        }
    }
}

/// The names of all that findings are about: an event that only tells that such a thing is unwell tells nothing new.
fn named(findings: &[Finding]) -> BTreeSet<&str> {
    let entities = findings.iter().flat_map(|finding| &finding.entities);
    let values = entities.flat_map(|entity| &entity.values);
    values.map(|(value, _)| name_of(value)).collect()
}

/// The last part of `pod/web-0` and of `shop/web-0`.
fn name_of(value: &str) -> &str {
    value.rsplit('/').next().unwrap_or(value)
}

/// Each template with all of its messages joined.
fn clustered(messages: Vec<Message>) -> Vec<(String, Message)> {
    let mut counted: Vec<(u64, Message)> = messages
        .into_iter()
        .map(|message| (message.count(), message))
        .collect();
    counted.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.masked.cmp(&y.masked)));
    let texts: Vec<&str> = counted.iter().map(|(_, one)| one.masked.as_str()).collect();
    let clusters = cluster(&texts);
    let mut messages: Vec<Option<Message>> = counted
        .into_iter()
        .map(|(_, message)| Some(message))
        .collect();
    let mut joined = Vec::with_capacity(clusters.len());
    for cluster in clusters {
        let mut members = cluster.members.iter();
        let mut next = || members.next().and_then(|place| messages[*place].take());
        let Some(mut most) = next() else { continue };
        let (example, said) = (most.example.clone(), most.said.clone());
        while let Some(message) = next() {
            most.merge(message);
        }
        (most.example, most.said) = (example, said);
        joined.push((cluster.template, most));
    }
    joined
}

impl Template {
    fn new(text: String, mut message: Message, setting: &Setting<'_>) -> Self {
        let seen = message.settle(setting.clocks);
        let count = message.count();
        let factors = factors(message.level, count, &seen, &message.hosts, setting);
        let hosts = message.hosts.ranked().into_iter();
        Template {
            text,
            component: message.component.map(|one| one.as_str()),
            level: message.level,
            count,
            first_seen: seen.first,
            last_seen: seen.last,
            hosts: hosts
                .map(|(host, count)| (host.to_owned(), count))
                .collect(),
            example: message.example,
            said: message.said,
            score: total(&factors),
            factors,
        }
    }
}

fn factors(
    level: Level,
    count: u64,
    seen: &Settled,
    hosts: &Values,
    setting: &Setting<'_>,
) -> Vec<Factor> {
    let (first, last) = (seen.first, seen.last);
    let is_new = first.zip(setting.span).is_some_and(|(first, (from, to))| {
        let tail = to.saturating_sub(from) / 100 * NEW_PERCENT;
        first.unix_nanos > to.saturating_sub(tail)
    });
    let goes_on = last
        .zip(setting.span)
        .is_some_and(|(last, (_, to))| to.saturating_sub(last.unix_nanos) <= RECENT);
    let near = setting
        .findings
        .iter()
        .find(|finding| is_near(finding, seen, hosts));
    let near = near.map(|finding| factor("closeness", 60, format!("around {}", finding.id())));
    let factors = [
        factor("level", level_points(level), level.as_str()),
        factor(
            "count",
            2 * doublings(count),
            format!("{count} occurrences"),
        ),
        factor("novelty", i64::from(is_new) * 60, "began late in the logs"),
        factor(
            "recency",
            i64::from(goes_on) * 30,
            "seen shortly before the end",
        ),
    ];
    let factors = factors.into_iter().filter(|factor| factor.points != 0);
    factors.chain(near).collect()
}

fn level_points(level: Level) -> i64 {
    match level {
        Level::Critical => 150,
        Level::Error => 100,
        _ => 50,
    }
}

/// Whether a finding that is not over began around one of these times, on a host that both may name.
fn is_near(finding: &Finding, seen: &Settled, hosts: &Values) -> bool {
    let Some((began, (first, last))) = finding.first_seen.zip(seen.first.zip(seen.last)) else {
        return false;
    };
    let began = began.unix_nanos;
    let is_around = first.unix_nanos.saturating_sub(CLOSE) <= began
        && began <= last.unix_nanos.saturating_add(CLOSE);
    let hosts = hosts.ranked();
    let names = |host: &str| hosts.iter().any(|(known, _)| *known == host);
    let may_share_host = hosts.is_empty()
        || finding.hosts.is_empty()
        || finding.hosts.iter().any(|(host, _)| names(host));
    let is_over = matches!(finding.reason, Reason::Recovered | Reason::PodsReady);
    is_around && may_share_host && !is_over && finding.explained_by.is_none()
}
