//! Findings: each cause with its proof and remedy, and what it led to inside of it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::chart::bars;
use super::parts::{CONTEXT, both, shown, word};
use crate::base::severity::Severity;
use crate::finding::Evidence;
use crate::render::RenderOptions;
use crate::render::escape::visible;
use crate::render::labels::label;
use crate::render::moment::to_second;
use crate::render::phrases::{circumstances, entity_values, in_time, times};
use crate::render::verdict::roots;
use crate::render::words::{risk_mark, severity_word, words};
use crate::report::command::filled;
use crate::report::timeline::Timeline;
use crate::report::{Finding, Report};

/// Causes that are unfolded from the start.
const UNFOLDED: usize = 3;
/// Values of each kind of entity that can be filtered by.
const FILTERED_VALUES: usize = 50;
/// Separates what a finding can be filtered by: visible text has no line end.
const SEPARATOR: &str = "\n";

/// The findings that the page shows.
pub(super) struct Findings<'r> {
    report: &'r Report,
    least: Severity,
    pub(super) timeline: Timeline<'r>,
    shown: Vec<&'r Finding>,
    /// The symptoms of each, by the id of what explains them.
    symptoms: BTreeMap<&'r str, Vec<&'r Finding>>,
    /// By kind, what can be filtered by.
    pub(super) entities: BTreeMap<&'r str, BTreeSet<&'r str>>,
    /// Components that can be filtered by.
    pub(super) components: BTreeSet<&'static str>,
}

impl<'r> Findings<'r> {
    pub(super) fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let least = options.min_severity;
        let shown: Vec<&Finding> = report.at_least(least).collect();
        let mut symptoms: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        let mut entities: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in &shown {
            if let Some(cause) = &finding.explained_by {
                symptoms.entry(cause).or_default().push(finding);
            }
            for entity in &finding.entities {
                let values = entity.values.iter().take(FILTERED_VALUES);
                let known = entities.entry(&entity.name).or_default();
                known.extend(values.map(|(value, _)| value.as_str()));
            }
        }
        let components = shown.iter().flat_map(|found| found.components.iter());
        Findings {
            report,
            least,
            timeline: Timeline::new(report, least),
            components: components.copied().collect(),
            shown,
            symptoms,
            entities,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.shown.len()
    }

    pub(super) fn section(&self) -> Markup {
        let roots = roots(self.report, self.least);
        html! {
            section #findings {
                @for (number, finding) in roots.into_iter().enumerate() {
                    (self.finding(finding, number < UNFOLDED))
                }
            }
        }
    }

    fn finding(&self, finding: &Finding, is_open: bool) -> Markup {
        let spec = finding.signature.spec();
        let severity = finding.severity().as_str();
        html! {
            article.finding #(anchor(finding.id())) tabindex="-1" data-severity=(severity)
                data-components=(finding.components.join(SEPARATOR)) data-entities=(self.filtered(finding)) {
                details open[is_open] {
                    summary {
                        span.severity.(severity) { (both(|lang| severity_word(finding.severity(), lang).to_owned())) }
                        " " h2 { (both(|lang| spec.title.text(lang).to_owned())) }
                        " " code.id { (spec.id) }
                        (self.summary(finding))
                    }
                    div.body {
                        (self.meaning(finding))
                        (proof(finding))
                        (why(finding))
                        (self.chain(finding))
                    }
                }
            }
        }
    }

    /// How often, when and where.
    fn summary(&self, finding: &Finding) -> Markup {
        let severity = finding.severity().as_str();
        let event = self.timeline.event(finding);
        html! {
            div.summary {
                span { (both(|lang| times(finding, words(lang)))) }
                @if let (Some(grid), Some(event)) = (self.timeline.grid, event) {
                    div.spark { (bars(grid, &event.buckets, &[], severity)) }
                }
                span { (both(|lang| circumstances(finding, self.report, lang).join(" · "))) }
            }
        }
    }

    fn meaning(&self, finding: &Finding) -> Markup {
        let spec = finding.signature.spec();
        html! {
            dl {
                dt { (word(|words| words.cause)) } dd { (both(|lang| spec.cause.text(lang).to_owned())) }
                dt { (word(|words| words.impact)) } dd { (both(|lang| spec.impact.text(lang).to_owned())) }
                dt { (word(|words| words.remedy)) }
                dd { ol.remedy {
                    @for step in &spec.remedy {
                        li {
                            strong.risk { (both(|lang| risk_mark(step.risk, lang).trim().to_owned())) }
                            " " (both(|lang| step.text(lang).to_owned()))
                            @if let Some(command) = filled(step, finding, self.report) { pre.command { code { (command) } } }
                        }
                    }
                } }
                @for entity in &finding.entities {
                    dt { (both(|lang| label(&entity.name, lang).into_owned())) } dd { (both(|lang| visible(&entity_values(entity, words(lang), str::to_owned)).into_owned())) }
                }
                @if !spec.references.is_empty() {
                    dt { (word(|words| words.see)) }
                    dd { @for reference in &spec.references { (link(reference)) " " } }
                }
            }
        }
    }

    fn chain(&self, finding: &Finding) -> Markup {
        let symptoms = self.symptoms.get(finding.id());
        html! {
            @if let Some(symptoms) = symptoms {
                section.chain {
                    h3 { (word(|words| words.led_to)) }
                    @for symptom in symptoms { (self.finding(symptom, false)) }
                }
            }
        }
    }

    /// What it can be filtered by of its entities.
    fn filtered(&self, finding: &Finding) -> String {
        let entities = finding.entities.iter().filter_map(|entity| {
            let choices = self.entities.get(entity.name.as_str())?;
            let values = entity.values.iter().map(|(value, _)| value.as_str());
            let chosen = values.filter(|value| choices.contains(value));
            Some(chosen.map(|value| choice(&entity.name, value)))
        });
        entities.flatten().collect::<Vec<_>>().join(SEPARATOR)
    }
}

/// What stands for an entity in a filter.
pub(super) fn choice(kind: &str, value: &str) -> String {
    format!("{kind}={}", visible(value))
}

/// Where a finding stands on the page.
pub(super) fn anchor(id: &str) -> String {
    format!("f-{id}")
}

/// Only what is on the web can be followed: signatures may come from anywhere.
fn link(reference: &str) -> Markup {
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| reference.starts_with(scheme));
    html! {
        @if is_web { a href=(reference) rel="noopener noreferrer" target="_blank" { (reference) } }
        @else { (shown(reference)) }
    }
}

fn proof(finding: &Finding) -> Markup {
    html! {
        @if !finding.evidence.is_empty() {
            section.proof {
                h3 { (word(|words| words.proof)) }
                @for evidence in in_time(&finding.evidence) { (line(evidence)) }
            }
        }
    }
}

/// One line of proof; its neighbours are folded.
pub(super) fn line(evidence: &Evidence) -> Markup {
    let text = evidence.text.trim_end();
    html! {
        figure {
            figcaption {
                code { (shown(evidence.member.as_str())) ":" (evidence.line) }
                @if let Some(time) = evidence.time { " " time { (to_second(time.unix_nanos)) " UTC" } }
                @if let Some(other) = evidence.also_in.first() {
                    " " (word(|words| words.also_in)) " " code { (shown(other.member.as_str())) ":" (other.line) }
                    @if evidence.also_in.len() > 1 { " +" (evidence.also_in.len() - 1) }
                }
            }
            pre { (shown(text)) @if evidence.truncated { " …" } }
            @if !evidence.before.is_empty() || !evidence.after.is_empty() {
                details.context {
                    summary { (CONTEXT.shown()) }
                    pre {
                        @for neighbour in &evidence.before { (shown(neighbour)) "\n" }
                        strong { (shown(text)) "\n" }
                        @for neighbour in &evidence.after { (shown(neighbour)) "\n" }
                    }
                }
            }
        }
    }
}

/// What the score is made of.
fn why(finding: &Finding) -> Markup {
    html! {
        details.why {
            summary { (word(|words| words.why)) " " (finding.score) }
            ul { @for factor in &finding.factors {
                li { (format!("{:+}", factor.points)) " " (factor.name) " (" (shown(&factor.why)) ")" }
            } }
            p { code { (finding.fingerprint) } " · " (finding.confidence.as_str()) " · " (finding.signature.spec().category.as_str()) }
        }
    }
}
