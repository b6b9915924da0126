//! The whole report in a sentence.

use super::moment::to_second;
use super::phrases::{basis, hidden_origin, hosts, symptoms};
use super::words::{Words, explained, more_roots, only_roots, words};
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::report::evaluable::Judged;
use crate::report::{Finding, Report};

/// What a report comes to, of findings at or above a severity.
pub(super) enum Verdict<'r> {
    /// There was nothing to judge by.
    Unjudged,
    /// The bundle ends before the time that was asked for.
    Behind,
    /// Nothing was found.
    Clean,
    /// Nothing was found but what is suppressed.
    Known,
    /// Nothing was found that is severe enough.
    Below,
    /// The first of the causes.
    Cause(&'r Finding),
}

impl<'r> Verdict<'r> {
    pub(super) fn of(report: &'r Report, least: Severity) -> Self {
        match roots(report, least).first() {
            Some(first) => Verdict::Cause(first),
            None if !report.findings.is_empty() => Verdict::Below,
            None if !report.suppressed.is_empty() => Verdict::Known,
            None if Judged::of(report).is_nothing() => Verdict::Unjudged,
            None if report.window_misses_bundle() => Verdict::Behind,
            None => Verdict::Clean,
        }
    }

    /// The fixed words for it.
    pub(super) fn words(&self, words: &Words) -> &'static str {
        match self {
            Verdict::Unjudged => words.nothing_judged,
            Verdict::Behind => words.nothing_of_that_time,
            Verdict::Clean => words.healthy,
            Verdict::Known => words.nothing_else,
            Verdict::Below => words.nothing_at_this_level,
            Verdict::Cause(cause) if hidden_origin(cause, words).is_some() => words.left,
            Verdict::Cause(cause) if cause.severity() == Severity::Info => words.notable,
            Verdict::Cause(cause) if cause.reason.is_of_the_past() => words.past,
            Verdict::Cause(_) => words.root,
        }
    }

    /// All of it in one line.
    pub(super) fn line(&self, report: &Report, least: Severity, lang: Lang) -> String {
        let words = words(lang);
        let said = self.words(words);
        match self {
            Verdict::Unjudged | Verdict::Clean => {
                format!("{said}{}{}", words.colon, basis(report, words))
            }
            Verdict::Behind | Verdict::Known | Verdict::Below => said.to_owned(),
            Verdict::Cause(cause) => {
                let title = cause.signature.spec().title.text(lang);
                let significance = significance(report, cause, least, lang);
                format!("{said}{}{title}{significance}", words.colon)
            }
        }
    }
}

/// The findings at or above a severity that no other of these explains, in order.
pub(super) fn roots(report: &Report, least: Severity) -> Vec<&Finding> {
    let cause = |finding: &Finding| report.finding(finding.explained_by.as_deref()?);
    let is_root = |finding: &&Finding| cause(finding).is_none_or(|cause| cause.severity() < least);
    report.at_least(least).filter(is_root).collect()
}

/// What a root cause adds to its title: where, since when, and how much else it explains.
pub(super) fn significance(
    report: &Report,
    cause: &Finding,
    least: Severity,
    lang: Lang,
) -> String {
    let words = words(lang);
    let since = cause.first_seen.map(|first| {
        let at = to_second(first.unix_nanos);
        format!("{} {at} UTC", words.since)
    });
    let parts = [
        hosts(cause, report, words, str::to_owned),
        since,
        hidden_origin(cause, words),
        explanation(report, cause, least, lang),
    ];
    let parts = parts.into_iter().flatten();
    parts.map(|part| format!(" · {part}")).collect()
}

/// How many of the other findings at or above a severity a cause explains, and how many more causes there are.
pub(super) fn explanation(
    report: &Report,
    cause: &Finding,
    least: Severity,
    lang: Lang,
) -> Option<String> {
    let symptoms = symptoms(report, cause, least).len();
    let others = report.at_least(least).count().saturating_sub(1);
    let told = explained(symptoms, others, lang)?;
    // What is only worth knowing is the cause of nothing that anybody asks about.
    let roots = roots(report, least.max(Severity::Warning)).len();
    let more = roots.saturating_sub(1);
    Some(match symptoms == 0 && more == others {
        // They are the same.
        true => only_roots(more, lang),
        false => told + &more_roots(more, lang),
    })
}
