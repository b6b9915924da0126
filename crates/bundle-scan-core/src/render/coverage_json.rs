//! What a JSON report says of what it rests on.

use schemars::JsonSchema;
use serde::Serialize;

use super::json::{WireFinding, WireMember};
use crate::base::lang::Lang;
use crate::report::Report;
use crate::report::evaluable::{Judged, by_lack};

#[derive(JsonSchema, Serialize)]
pub(super) struct WireCoverage<'r> {
    scanned: u64,
    not_text: u64,
    empty: u64,
    lines: u64,
    members: Vec<WireMember<'r>>,
    members_not_listed: u64,
    /// What became of the signatures.
    signatures: WireJudged,
    not_evaluable: Vec<&'r str>,
    /// The same, by what they lack.
    lacking: Vec<WireLacking<'r>>,
    /// Parts of rotated logs that are not there although older ones are.
    gaps: Vec<WireGap<'r>>,
    /// Templates of unrecognised errors that are not listed.
    unrecognised_not_listed: u64,
    /// Whether only a sample of the unrecognised errors was counted.
    unrecognised_is_sample: bool,
    /// What tells that logs are incomplete.
    lost: Vec<WireFinding<'r>>,
}

#[derive(JsonSchema, Serialize)]
struct WireJudged {
    matched: u64,
    clean: u64,
    not_evaluable: u64,
}

/// Signatures that cannot be judged because there is nothing of all that is named here, or not of what they need together.
#[derive(JsonSchema, Serialize)]
struct WireLacking<'r> {
    /// Components of which no lines are there.
    components: &'r [&'static str],
    /// Kinds of facts of which there are none.
    facts: &'r [&'static str],
    signatures: Vec<&'r str>,
}

#[derive(JsonSchema, Serialize)]
struct WireGap<'r> {
    /// The log, as its current part is called.
    log: &'r str,
    /// The marks of the parts that are not there.
    missing: &'r [u16],
}

impl<'r> WireCoverage<'r> {
    pub(super) fn new(report: &'r Report, lang: Lang) -> Self {
        let (coverage, lost) = (&report.coverage, report.lost.iter());
        let listed = coverage.members.len() as u64;
        let judged = Judged::of(report);
        let lacking = by_lack(&coverage.not_evaluable).into_iter();
        let lacking = lacking.map(|(lacking, signatures)| WireLacking {
            components: &lacking.components,
            facts: &lacking.facts,
            signatures,
        });
        let gaps = coverage.gaps.iter().map(|gap| WireGap {
            log: gap.log.as_str(),
            missing: &gap.missing,
        });
        WireCoverage {
            scanned: coverage.scanned,
            not_text: coverage.not_text,
            empty: coverage.empty,
            lines: coverage.lines,
            members: coverage.members.iter().map(WireMember::new).collect(),
            members_not_listed: (coverage.scanned + coverage.not_text + coverage.empty)
                .saturating_sub(listed),
            signatures: WireJudged {
                matched: judged.matched,
                clean: judged.clean,
                not_evaluable: judged.not_evaluable,
            },
            not_evaluable: coverage.not_evaluable.keys().map(String::as_str).collect(),
            lacking: lacking.collect(),
            gaps: gaps.collect(),
            unrecognised_not_listed: report.unrecognised.left_out,
            unrecognised_is_sample: report.unrecognised.is_sample,
            lost: lost
                .map(|lost| WireFinding::new(lost, report, lang))
                .collect(),
        }
    }
}
