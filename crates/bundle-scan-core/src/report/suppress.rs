//! Findings that somebody chose not to be told: they leave the list and stay in the report, with the reason.

use super::{Finding, Report};

/// A finding that is not told.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding, without a rank.
    pub finding: Finding,
    /// Who chose so, and why.
    pub by: Suppression,
}

/// Why a finding is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// An earlier report has it.
    Baseline {
        /// Where that report is.
        path: String,
    },
    /// A rule names it.
    Rule {
        /// What its author says.
        reason: String,
        /// The last day on which it holds, as `2026-12-31`.
        expires: Option<String>,
        /// Where it stands: `FILE:LINE`.
        place: String,
    },
}

impl Suppression {
    /// The word used in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Suppression::Baseline { .. } => "baseline",
            Suppression::Rule { .. } => "rule",
        }
    }
}

impl Report {
    /// Takes the findings out of the list for which there is a reason; the others move up, and what only those explained is a root. Asked in order, so that a
    /// cause comes before what it explains.
    pub fn suppress(&mut self, mut reason: impl FnMut(&Finding) -> Option<Suppression>) {
        let mut told = Vec::with_capacity(self.findings.len());
        for mut finding in self.findings.drain(..) {
            match reason(&finding) {
                None => {
                    finding.rank = told.len() + 1;
                    told.push(finding);
                }
                Some(by) => {
                    finding.rank = 0;
                    self.suppressed.push(Suppressed { finding, by });
                }
            }
        }
        for finding in &mut told {
            let by = &mut finding.explained_by;
            if let Some(cause) = by.take_if(|cause| self.suppressed(cause).is_some()) {
                finding.explained_by_suppressed = Some(cause);
            }
        }
        self.findings = told;
    }
}
