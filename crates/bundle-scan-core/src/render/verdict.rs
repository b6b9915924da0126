//! The whole report in a sentence.

use super::moment::to_second;
use super::phrases::{basis, clean_bill, hosts, roots, symptoms};
use super::words::{explained, words};
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::base::time::Trust;
use crate::report::{Finding, Report};

/// The first root cause, where and since when, and what it explains; or that there is none.
pub(super) fn verdict(report: &Report, least: Severity, lang: Lang) -> String {
    let words = words(lang);
    if report.findings.is_empty() {
        return format!("{}: {}", clean_bill(report, words), basis(report, words));
    }
    let Some(first) = roots(report, least).into_iter().next() else {
        return words.nothing_at_this_level.to_owned();
    };
    let title = first.signature.spec().title.text(lang);
    let significance = significance(report, first, least, lang);
    format!("{}: {title}{significance}", words.root)
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
        let zone = match first.quality.trust() {
            Trust::Assumed => "",
            Trust::Told | Trust::Reckoned => " UTC",
        };
        format!("{} {at}{zone}", words.since)
    });
    let symptoms = symptoms(report, cause, least).len();
    let shown = |finding: &&Finding| finding.severity() >= least;
    let others = report.findings.iter().filter(shown).count() - 1;
    let parts = [
        hosts(cause, report, words, str::to_owned),
        since,
        explained(symptoms, others, lang),
    ];
    let parts = parts.into_iter().flatten();
    parts.map(|part| format!(" · {part}")).collect()
}
