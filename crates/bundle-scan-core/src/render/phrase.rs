//! What reports for people say of a finding in a phrase, in both languages.

use super::moment::{from_to, to_second};
use super::page::shown_hosts;
use super::words::{explained, severity_word, span, state_words, words};
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::base::time::{NANOS_PER_SECOND, Trust};
use crate::report::evaluable::Judged;
use crate::report::{Finding, Reason, Report};

const MINUTE: i64 = 60 * NANOS_PER_SECOND;

/// The whole report in a sentence: the first root cause, what it explains and what else there is.
pub(super) fn verdict(report: &Report, min_severity: Severity, lang: Lang) -> String {
    let words = words(lang);
    let Some(first) = report.findings.first() else {
        let judged = Judged::of(report);
        let basis = words.signatures.count(judged.matched + judged.clean);
        return format!("{}: {basis} {}", words.healthy, words.judged_by);
    };
    if first.severity() < min_severity {
        return words.nothing_at_this_level.to_owned();
    }
    let title = first.signature.spec().title.text(lang);
    format!(
        "{}: {title}{}",
        words.root,
        significance(report, first, lang)
    )
}

/// What a root cause adds to its title: where, since when, and how much else it explains.
pub(super) fn significance(report: &Report, cause: &Finding, lang: Lang) -> String {
    let since = cause.first_seen.map(|first| {
        let at = to_second(first.unix_nanos);
        let zone = match first.quality.trust() {
            Trust::Assumed => "",
            Trust::Told | Trust::Reckoned => " UTC",
        };
        format!("{} {at}{zone}", words(lang).since)
    });
    let others = report.findings.len() - 1;
    let parts = [
        whereabouts(report, cause, lang),
        since,
        explained(symptoms_of(report, cause), others, lang),
    ];
    let parts = parts.into_iter().flatten();
    parts.map(|part| format!(" · {part}")).collect()
}

/// How many findings it explains, directly or through others.
fn symptoms_of(report: &Report, cause: &Finding) -> usize {
    let symptoms = cause.explains.iter().filter_map(|id| report.finding(id));
    symptoms
        .map(|symptom| 1 + symptoms_of(report, symptom))
        .sum()
}

/// When it happened, and how far that can be trusted.
pub(super) fn when(finding: &Finding, lang: Lang) -> Option<String> {
    let words = words(lang);
    let (first, last) = finding.first_seen.zip(finding.last_seen)?;
    let span = from_to(first.unix_nanos, last.unix_nanos);
    Some(match finding.time_quality()?.trust() {
        Trust::Told => format!("{span} UTC"),
        Trust::Reckoned => format!("{span} UTC ({})", words.reckoned),
        Trust::Assumed => format!("{span} ({})", words.assumed),
    })
}

/// How long before the newest time in the bundle it was seen last, unless its state says that already.
fn before_the_end(report: &Report, finding: &Finding, lang: Lang) -> Option<String> {
    let (end, last) = report.bundle.captured_at.zip(finding.last_seen)?;
    let is_assumed = [end, last]
        .iter()
        .any(|time| time.quality.trust() == Trust::Assumed);
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

/// Where: on how many of all hosts, if it is on several.
pub(super) fn whereabouts(report: &Report, finding: &Finding, lang: Lang) -> Option<String> {
    let (words, names) = (words(lang), shown_hosts(finding)?);
    let count = finding.hosts.len();
    Some(match count {
        1 => format!("{} {names}", words.host),
        _ => {
            let all = report.bundle.hosts.len().max(count);
            format!("{} ({names})", words.hosts_of_all(count, all))
        }
    })
}

/// Who reported it.
pub(super) fn reporters(finding: &Finding, lang: Lang) -> Option<String> {
    let names = finding.components.join(", ");
    (!names.is_empty()).then(|| format!("{} {names}", words(lang).by))
}

/// When, where, from whom, and what becomes of it.
pub(super) fn circumstances(report: &Report, finding: &Finding, lang: Lang) -> Vec<String> {
    let parts = [
        when(finding, lang),
        before_the_end(report, finding, lang),
        whereabouts(report, finding, lang),
        reporters(finding, lang),
        state_words(finding, lang),
    ];
    parts.into_iter().flatten().collect()
}

/// How bad it is, in a word.
pub(super) fn badness(finding: &Finding, lang: Lang) -> &'static str {
    severity_word(finding.severity(), lang)
}
