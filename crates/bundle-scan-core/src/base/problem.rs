//! What went wrong with a part of the bundle without stopping the scan.

use super::member_path::MemberPath;

/// The kind of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The data ended early: what came before the cut was scanned.
    Truncated,
    /// The data is damaged: what came before the damage was scanned.
    Corrupt,
    /// The format is recognised and cannot be read.
    Unsupported,
    /// The data is encrypted.
    Encrypted,
    /// The file system refused to give the data.
    Unreadable,
    /// A limit of [`super::limits::Limits`] ended this member or the scan.
    LimitReached,
    /// Whoever runs the scan has ended it.
    Interrupted,
    /// A mistake in this program ended this member or a part of it.
    Internal,
}

impl ProblemKind {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::Truncated => "truncated",
            ProblemKind::Corrupt => "corrupt",
            ProblemKind::Unsupported => "unsupported",
            ProblemKind::Encrypted => "encrypted",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::LimitReached => "limit_reached",
            ProblemKind::Interrupted => "interrupted",
            ProblemKind::Internal => "internal",
        }
    }
}

/// Something in the bundle that could not be read in full. It stands in the report beside the findings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it happened; empty for the bundle itself.
    pub member: MemberPath,
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// What was being done and what to do next, in English.
    pub detail: String,
}
