//! How bad a finding is, and how sure.

use schemars::JsonSchema;
use serde::Deserialize;

/// How bad a problem is, by its consequence. Ordered from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Degraded, or a risk.
    Warning,
    /// A workload or a function is down.
    Error,
    /// A node or the cluster is down, or data is lost.
    Critical,
}

impl Severity {
    /// All severities, worst first.
    pub const WORST_FIRST: [Severity; 4] = [
        Severity::Critical,
        Severity::Error,
        Severity::Warning,
        Severity::Info,
    ];

    /// The word used in signature files, in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

/// How surely a match means the problem that its signature names. Ordered from unsure to sure.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The text also occurs without the problem.
    Low,
    /// Usually this problem, or an envelope around a more exact cause.
    Medium,
    /// The text means this problem.
    #[default]
    High,
}

impl Confidence {
    /// The word used in signature files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}
