//! What stands below the findings: harmless noise, lost evidence, unknown errors, what was read and what could not be.

use maud::{Markup, html};

use super::finding::line;
use super::parts::{both, heading, shown, word};
use crate::render::RenderOptions;
use crate::render::escape::visible;
use crate::render::moment::{bytes, from_to, grouped};
use crate::render::phrases::{damaged, missing_parts};
use crate::render::words::{problem_word, severity_word, words};
use crate::report::evaluable::{Judged, by_lack};
use crate::report::inventory::{missing, unread_journals};
use crate::report::{Finding, Report, Suppressed};

pub(super) fn all(report: &Report, options: &RenderOptions) -> Markup {
    html! {
        (problems(report))
        (suppressed(report, options))
        (lost(report))
        (unrecognised(report, options))
        (benign(report))
        (coverage(report))
        (lacking(report))
    }
}

/// Findings that are told in a line, each with what it means.
fn told(findings: &[Finding]) -> Markup {
    html! {
        @for finding in findings {
            (told_one(finding, &both(|lang| finding.signature.spec().cause.text(lang).to_owned())))
        }
    }
}

fn told_one(finding: &Finding, comment: &Markup) -> Markup {
    html! {
        article.told {
            h3 {
                span.severity.(finding.severity().as_str()) { (both(|lang| severity_word(finding.severity(), lang).to_owned())) }
                " " (both(|lang| finding.signature.spec().title.text(lang).to_owned()))
                " " small { (grouped(finding.count)) "× " code { (finding.id()) } }
            }
            p { (comment) }
            @if let Some(evidence) = finding.evidence.first() { (line(evidence)) }
        }
    }
}

/// Findings that are not told, each with the reason.
fn suppressed(report: &Report, options: &RenderOptions) -> Markup {
    let told: Vec<&Suppressed> = report.suppressed_at_least(options.min_severity).collect();
    html! {
        @if !told.is_empty() {
            details.part #suppressed {
                (heading(|words| words.suppressed, told.len()))
                @for Suppressed { finding, by } in told {
                    (told_one(finding, &both(|lang| visible(&words(lang).reason(by)).into_owned())))
                }
            }
        }
    }
}

fn problems(report: &Report) -> Markup {
    html! {
        @if !report.problems.is_empty() {
            details.part #problems open {
                (heading(|words| words.problems, report.problems.len()))
                ul { @for problem in &report.problems {
                    li { code { (damaged(problem, report)) } " " b { (both(|lang| problem_word(problem.kind, lang).to_owned())) } " " (shown(&problem.detail)) }
                } }
            }
        }
    }
}

fn lost(report: &Report) -> Markup {
    let journals = unread_journals(report);
    let gaps = &report.coverage.gaps;
    let count = report.lost.len() + gaps.len() + usize::from(journals.is_some());
    html! {
        @if count > 0 {
            details.part #lost {
                (heading(|words| words.lost, count))
                (told(&report.lost))
                ul {
                    @for gap in gaps {
                        li { (word(|words| words.gap)) " " code { (missing_parts(gap)) } }
                    }
                    @if let Some((covered, need)) = journals {
                        li {
                            (both(|lang| words(lang).journals.count(covered.members))) " (" (bytes(covered.bytes)) ")"
                            pre.command { code { (need.command) } }
                        }
                    }
                }
            }
        }
    }
}

fn unrecognised(report: &Report, options: &RenderOptions) -> Markup {
    let templates = &report.unrecognised.templates;
    let most = options.unrecognised.unwrap_or(usize::MAX);
    let left_out = templates.len().saturating_sub(most) as u64 + report.unrecognised.left_out;
    html! {
        @if !templates.is_empty() && most > 0 {
            details.part #unrecognised {
                (heading(|words| words.unrecognised, templates.len()))
                @for template in templates.iter().take(most) {
                    article.told {
                        h3 {
                            small { (grouped(template.count)) "× " (template.component.unwrap_or("?")) " " (template.level.as_str()) }
                            " " code { (shown(&template.text)) }
                        }
                        (line(&template.example))
                    }
                }
                @if left_out > 0 { p { "+" (grouped(left_out)) " " (word(|words| words.more_unrecognised)) } }
            }
        }
    }
}

fn benign(report: &Report) -> Markup {
    html! {
        @if !report.benign.is_empty() {
            details.part #benign {
                (heading(|words| words.benign, report.benign.len()))
                (told(&report.benign))
            }
        }
    }
}

/// What was read, by kind, and what could not be judged for want of what.
fn coverage(report: &Report) -> Markup {
    let coverage = &report.coverage;
    let judged = Judged::of(report);
    html! {
        details.part #coverage {
            summary { h2 { (both(|lang| words(lang).members.count(coverage.scanned + coverage.not_text + coverage.empty))) } }
            table.kinds {
                @for (kind, covered) in &coverage.kinds {
                    tr {
                        th scope="row" { (kind) }
                        td.number { (both(|lang| words(lang).members.count(covered.members))) }
                        td.number { (bytes(covered.bytes)) }
                        td.number { (both(|lang| words(lang).lines.count(covered.lines))) }
                        td { @if let Some((first, last)) = covered.span { (from_to(first.unix_nanos, last.unix_nanos)) } }
                    }
                }
            }
            @if judged.not_evaluable > 0 {
                p { (both(|lang| {
                    let words = words(lang);
                    format!("{}{}{}", grouped(judged.not_evaluable), words.not_evaluable, words.colon)
                })) }
                ul { @for (lacking, ids) in by_lack(&coverage.not_evaluable) {
                    @let names = lacking.names();
                    li { (both(|lang| words(lang).bracketed(&names.join(" / "), &grouped(ids.len() as u64)))) }
                } }
            }
        }
    }
}

fn lacking(report: &Report) -> Markup {
    let needs = missing(report);
    html! {
        @if !needs.is_empty() {
            details.part #missing {
                (heading(|words| words.missing, needs.len()))
                dl { @for need in needs {
                    dt { (both(|lang| need.name(lang).to_owned())) }
                    dd { (both(|lang| need.text(lang).to_owned())) pre.command { code { (need.command) } } }
                } }
            }
        }
    }
}
