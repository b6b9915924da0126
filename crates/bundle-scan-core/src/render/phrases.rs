//! What the reports for people say in one phrase each, whatever they are set in: when, where, what is named, what proves it.

use std::borrow::Cow;

use super::RenderOptions;
use super::escape::visible;
use super::moment::{bytes, from_to, grouped, to_second};
use super::words::{Words, span, state_words, words};
use crate::base::lang::Lang;
use crate::base::problem::Problem;
use crate::base::severity::Severity;
use crate::base::time::{NANOS_PER_SECOND, Time, TimeQuality};
use crate::finding::Evidence;
use crate::report::evaluable::{Judged, by_lack};
use crate::report::streams::Gap;
use crate::report::{Entity, Finding, Miss, Reason, Report};
use crate::signature::Signature;

const MINUTE: i64 = 60 * NANOS_PER_SECOND;

/// Evidence lines shown for a finding; JSON has all that were kept.
const SHOWN_EVIDENCE: usize = 3;
/// Values shown for an entity, and missing parts of a log.
const SHOWN_VALUES: usize = 3;
/// Names of hosts shown in a line.
const SHOWN_HOSTS: usize = 4;
/// Sources shown for want of which signatures could not be judged.
const SHOWN_LACKS: usize = 6;
/// Columns of evidence shown.
const SHOWN_COLUMNS: usize = 400;
/// Bytes of its beginning, where what proves something stands further behind.
const SHOWN_HEAD: usize = 120;
/// Bytes behind what proves something.
const SHOWN_AROUND: usize = 80;

/// The beginning of a text, with a mark if there is more of it.
pub(super) fn cut(text: &str, columns: usize) -> String {
    match text.char_indices().nth(columns) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// How much was read, and how long that took if that is asked for.
pub(super) fn contents(report: &Report, options: &RenderOptions, words: &Words) -> Vec<String> {
    let coverage = &report.coverage;
    let members = coverage.scanned + coverage.not_text + coverage.empty;
    let mut parts = vec![
        words.members.count(members),
        words.lines.count(coverage.lines),
        bytes(report.bundle.bytes_decoded),
    ];
    if options.timings {
        parts.push(format!("{:.1} s", report.timings.total.as_secs_f64()));
    }
    parts
}

/// From when to when a finding was seen.
pub(super) fn period(finding: &Finding, words: &Words) -> Option<String> {
    let (first, last) = finding.first_seen.zip(finding.last_seen)?;
    let period = from_to(first.unix_nanos, last.unix_nanos);
    Some(period + &words.zone(finding.time_quality()?))
}

/// How long before the newest time in the bundle it was seen last, unless its state says that already.
fn before_the_end(report: &Report, finding: &Finding, lang: Lang) -> Option<String> {
    let (end, last) = report.bundle.captured_at.zip(finding.last_seen)?;
    let is_assumed = [end, last].iter().any(|time| {
        use TimeQuality::{YearAndZoneAssumed, ZoneAssumed};
        matches!(time.quality, ZoneAssumed | YearAndZoneAssumed)
    });
    if is_assumed || matches!(finding.reason, Reason::LongAgo(_)) {
        return None;
    }
    let words = words(lang);
    match end.unix_nanos.checked_sub(last.unix_nanos)? {
        ..0 => None,
        0..MINUTE => Some(words.until_newest.to_owned()),
        gap => Some(words.before_newest.replace("{span}", &span(gap, lang))),
    }
}

/// When, where, from whom, and what becomes of it. What stands in the bundle is not made visible.
pub(super) fn circumstances(finding: &Finding, report: &Report, lang: Lang) -> Vec<String> {
    let words = words(lang);
    let reporters = finding.components.join(", ");
    let parts = [
        period(finding, words),
        before_the_end(report, finding, lang),
        hosts(finding, report, words, str::to_owned),
        (!reporters.is_empty()).then(|| format!("{} {reporters}", words.by)),
        state_words(finding, lang),
        hidden_origin(finding, words),
    ];
    parts.into_iter().flatten().collect()
}

/// How often, with what is told of that along time, and the circumstances.
pub(super) fn summary(finding: &Finding, report: &Report, along: &str, lang: Lang) -> String {
    let mut parts = vec![format!("{}{along}", times(finding, words(lang)))];
    parts.extend(circumstances(finding, report, lang));
    parts.join(" · ")
}

/// What explains it, if anything does.
pub(super) fn origin(finding: &Finding, report: &Report, lang: Lang) -> Option<String> {
    let cause = report.finding(finding.explained_by.as_deref()?)?;
    let title = cause.signature.spec().title.text(lang);
    let words = words(lang);
    let (caused_by, colon) = (words.caused_by, words.colon);
    Some(format!("{caused_by} {}{colon}{title}", cause.id()))
}

/// What explains it, if that is not told.
pub(super) fn hidden_origin(finding: &Finding, words: &Words) -> Option<String> {
    let cause = finding.explained_by_suppressed.as_deref()?;
    Some(words.caused_by_suppressed.replace("{id}", cause))
}

/// When a finding was seen first.
pub(super) fn beginning(finding: &Finding, words: &Words) -> Option<String> {
    Some(to_second(finding.first_seen?.unix_nanos) + &words.zone(finding.time_quality()?))
}

/// The part of the time that a report is about, and whether that lies behind all that the bundle tells; `None` if it is about all.
pub(super) fn window(report: &Report, words: &Words) -> Option<String> {
    let window = report.bundle.window?;
    let end = |word: &str, at: Option<i64>| at.map(|at| format!(" {word} {}", to_second(at)));
    let ends = [
        end(words.since, window.since),
        end(words.until, window.until),
    ];
    let ends: String = ends.into_iter().flatten().collect();
    let mut text = format!("{}{ends} UTC", words.only_what_happened);
    let miss = report.window_miss().map(|miss| match miss {
        Miss::After(end) => (words.after_the_end, end),
        Miss::Before(start) => (words.before_the_start, start),
    });
    if let Some((side, edge)) = miss {
        let edge = to_second(edge.unix_nanos) + &words.zone(edge.quality);
        text += &format!("{side} {edge}");
    }
    Some(text)
}

/// The hosts that the lines of a finding name, as far as they fit in a line; `None` if there is none.
pub(super) fn shown_hosts(finding: &Finding) -> Option<String> {
    let names: Vec<&str> = finding.hosts.iter().map(|(host, _)| &**host).collect();
    let shown = names.get(..SHOWN_HOSTS).unwrap_or(&names).join(", ");
    match names.len().saturating_sub(SHOWN_HOSTS) {
        _ if names.is_empty() => None,
        0 => Some(shown),
        hidden => Some(format!("{shown} +{hidden}")),
    }
}

/// On which hosts a finding was seen, and of how many if there are several. `mark` sets names.
pub(super) fn hosts(
    finding: &Finding,
    report: &Report,
    words: &Words,
    mark: impl Fn(&str) -> String,
) -> Option<String> {
    let names = mark(&shown_hosts(finding)?);
    let count = finding.hosts.len();
    Some(match count {
        1 => format!("{} {names}", words.host),
        _ => {
            let all = report.bundle.hosts.len().max(count);
            words.bracketed(&words.hosts_of_all(count, all), &names)
        }
    })
}

/// What a finding names of one kind. `mark` sets names.
pub(super) fn entity_values(
    entity: &Entity,
    words: &Words,
    mark: impl Fn(&str) -> String,
) -> String {
    let shown = entity.values.iter().take(SHOWN_VALUES);
    let values: Vec<String> = shown
        .map(|(value, count)| match count {
            1 => mark(value),
            count => words.bracketed(&mark(value), &words.times(*count)),
        })
        .collect();
    let hidden = entity.values.len().saturating_sub(SHOWN_VALUES);
    match (hidden, entity.capped) {
        (0, _) => values.join(", "),
        (hidden, capped) => format!(
            "{} +{hidden}{}",
            values.join(", "),
            if capped { "+" } else { "" }
        ),
    }
}

/// How often a finding was seen.
pub(super) fn times(finding: &Finding, words: &Words) -> String {
    words.times(finding.count)
}

/// What a finding led to, each behind its own cause and with how far it is from the finding; what is below a severity is left out with what it led to.
pub(super) fn symptoms<'r>(
    report: &'r Report,
    finding: &Finding,
    least: Severity,
) -> Vec<(usize, &'r Finding)> {
    let mut found = Vec::new();
    let shown = finding.explains.iter().filter_map(|id| report.finding(id));
    for symptom in shown.filter(|symptom| symptom.severity() >= least) {
        found.push((0, symptom));
        let further = symptoms(report, symptom, least).into_iter();
        found.extend(further.map(|(depth, symptom)| (depth + 1, symptom)));
    }
    found
}

/// Where evidence stands: `member:line`.
pub(super) fn place(evidence: &Evidence) -> String {
    format!("{}:{}", visible(evidence.member.as_str()), evidence.line)
}

/// The lines that prove a finding, as many as are shown.
pub(super) fn proof(finding: &Finding) -> Vec<&Evidence> {
    let kept = &finding.evidence;
    in_time(kept.get(..SHOWN_EVIDENCE).unwrap_or(kept))
}

/// Lines in the order of time, those of unknown time last.
pub(super) fn in_time(lines: &[Evidence]) -> Vec<&Evidence> {
    let mut lines: Vec<&Evidence> = lines.iter().collect();
    lines.sort_by_key(|line| line.time.map_or(i64::MAX, |time| time.unix_nanos));
    lines
}

/// Where evidence stands; where else; and when it was written if the line itself does not say so.
pub(super) fn places(evidence: &Evidence, words: &Words) -> Vec<String> {
    let mut parts = vec![place(evidence)];
    if let Some(other) = evidence.also_in.first() {
        let (also, member) = (words.also_in, visible(other.member.as_str()));
        let mut elsewhere = format!("{also} {member}:{}", other.line);
        match evidence.also_in.len() - 1 {
            0 => (),
            more => elsewhere += &format!(" +{more}"),
        }
        parts.push(elsewhere);
    }
    if let Some(time) = evidence.time.filter(|time| !shows(evidence, *time)) {
        parts.push(to_second(time.unix_nanos) + &words.zone(time.quality));
    }
    parts
}

/// Whether a line holds its time of day in UTC.
fn shows(evidence: &Evidence, time: Time) -> bool {
    let moment = to_second(time.unix_nanos);
    let of_day = moment.split_once(' ').map(|(_, of_day)| of_day);
    of_day.is_some_and(|of_day| evidence.text.contains(of_day))
}

/// The line of evidence, as much of it as is shown: of a long one the beginning, and what proves that the signature matches.
pub(super) fn line(evidence: &Evidence, signature: &Signature) -> String {
    let text = evidence.text.trim();
    let Some((start, end)) = proven(evidence, signature, text) else {
        return shown(text, evidence.truncated);
    };
    let head = text[..boundary(text, SHOWN_HEAD)].trim_end();
    let from = boundary(text, start);
    let rest = text.get(from..).unwrap_or_default();
    let to = boundary(rest, end - from + SHOWN_AROUND);
    let has_more = to < rest.len() || evidence.truncated;
    let rest = visible(&rest[..to]);
    format!(
        "{} … {rest}{}",
        visible(head),
        if has_more { " …" } else { "" }
    )
}

/// The last place up to which a text can be cut.
fn boundary(text: &str, at: usize) -> usize {
    let mut places = (0..=at.min(text.len())).rev();
    let place = places.find(|place| text.is_char_boundary(*place));
    place.unwrap_or(0)
}

fn shown(text: &str, is_cut: bool) -> String {
    let whole = visible(text);
    let shown = cut(&whole, SHOWN_COLUMNS);
    let mark = match is_cut && shown.len() == whole.len() {
        true => " …",
        false => "",
    };
    format!("{shown}{mark}")
}

/// Where in a text stands what the signature looks for, if that is not within the part of it that is shown anyway: with a part of what is before.
fn proven(evidence: &Evidence, signature: &Signature, text: &str) -> Option<(usize, usize)> {
    let head = text.char_indices().nth(SHOWN_COLUMNS)?.0;
    let folded = text.to_ascii_lowercase();
    let anchors = signature.line_leaves().flat_map(|leaf| leaf.anchors());
    let anchors = anchors.map(|anchor| String::from_utf8_lossy(anchor).to_ascii_lowercase());
    let values = evidence.captures.values();
    let values = values.map(|value| value.to_ascii_lowercase());
    let words = anchors.chain(values).filter(|word| !word.is_empty());
    let ends = words.filter_map(|word| Some(folded.find(&word)? + word.len().min(SHOWN_AROUND)));
    let end = ends.max().filter(|end| *end > head)?;
    Some((end.saturating_sub(SHOWN_COLUMNS - SHOWN_HEAD), end))
}

/// What a clean verdict rests on.
pub(super) fn basis(report: &Report, words: &Words) -> String {
    let judged = Judged::of(report);
    let count = words.signatures.count(judged.matched + judged.clean);
    format!("{count}{}", words.judged_by)
}

/// What could not be judged, and for want of what.
pub(super) fn not_evaluable(report: &Report, words: &Words) -> Option<String> {
    let count = Judged::of(report).not_evaluable;
    if count == 0 {
        return None;
    }
    let groups = by_lack(&report.coverage.not_evaluable);
    let hidden = groups.len().saturating_sub(SHOWN_LACKS);
    let shown = groups.iter().take(SHOWN_LACKS).map(|(lacking, ids)| {
        let names = lacking.names();
        words.bracketed(&names.join(" / "), &grouped(ids.len() as u64))
    });
    let mut lacks = shown.collect::<Vec<_>>().join(", ");
    if hidden > 0 {
        lacks += &words.bracketed(&format!(", +{}", grouped(hidden as u64)), words.more_lacks);
    }
    Some(format!(
        "{}{}{}{lacks}",
        grouped(count),
        words.not_evaluable,
        words.colon
    ))
}

/// The parts of a log that are not there, as many as are shown.
pub(super) fn missing_parts(gap: &Gap) -> String {
    let log = visible(gap.log.as_str());
    let missing = gap.missing.iter().map(|part| format!("{log}.{part}"));
    missing.take(SHOWN_VALUES).collect::<Vec<_>>().join(", ")
}

/// What a problem is about: a member, or all of the bundle.
pub(super) fn damaged<'r>(problem: &'r Problem, report: &'r Report) -> Cow<'r, str> {
    visible(match problem.member.as_str() {
        "" => &report.bundle.path,
        member => member,
    })
}
