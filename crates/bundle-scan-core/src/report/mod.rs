//! The result of a scan as a plain value: findings in order, what was covered, what went wrong.
//!
//! A [`Report`] is the same for every language and output format; `render` turns it into bytes.

mod build;
pub mod command;
#[doc(hidden)]
pub mod correlate;
pub mod coverage;
pub mod evaluable;
#[doc(hidden)]
pub mod fingerprint;
pub mod ignore;
pub mod inventory;
mod named;
pub mod profile;
pub mod redact;
#[doc(hidden)]
pub mod requires;
mod scene;
pub mod score;
pub mod state;
pub mod streams;
pub mod suppress;
pub mod timeline;
pub mod trace;
pub mod unrecognised;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::base::problem::Problem;
use crate::base::severity::{Confidence, Severity};
use crate::base::time::{Time, TimeQuality};
use crate::base::window::TimeWindow;
use crate::fact::census::Census;
use crate::finding::Evidence;
use crate::finding::histogram::Histogram;
use crate::signature::Signature;

#[doc(hidden)]
pub use build::Scanned;
pub use coverage::{Coverage, KindCoverage, MemberCoverage, MemberStatus};
pub use profile::Profile;
pub use score::Factor;
pub use state::{Reason, State};
pub use suppress::{Suppressed, Suppression};
pub use trace::Trace;
pub use unrecognised::Unrecognised;

/// The name under which the scanner signs its reports.
pub const TOOL: &str = "bundle-scan";
/// The entity under which the hosts of a finding stand.
pub(crate) const HOST: &str = "host";
/// The version of the layout of the JSON report.
pub const SCHEMA_VERSION: u32 = 1;

/// What a scan found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Who made the report.
    pub tool: Tool,
    /// What was scanned.
    pub bundle: Bundle,
    /// Whether everything could be read.
    pub status: Status,
    /// Problems of the cluster, worst first; ranks start at 1.
    pub findings: Vec<Finding>,
    /// Problems that somebody chose not to be told: see [`Report::suppress`]. They count nowhere.
    pub suppressed: Vec<Suppressed>,
    /// Alarming texts that are harmless, by id.
    pub benign: Vec<Finding>,
    /// What tells that logs of the bundle are incomplete, by id.
    pub lost: Vec<Finding>,
    /// Errors that no signature matches.
    pub unrecognised: Unrecognised,
    /// What was looked at, and what could not be judged.
    pub coverage: Coverage,
    /// What the structured members say about the machines.
    pub census: Census,
    /// What could not be read, in order of member.
    pub problems: Vec<Problem>,
    /// Why one signature fired or did not, if that was asked for.
    pub trace: Option<Trace>,
    /// What each stage cost, if that was asked for.
    pub profile: Option<Profile>,
    /// How long it took. With the profile the only part that differs between two scans of one bundle.
    pub timings: Timings,
}

/// The scanner and its knowledge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tool {
    /// Version of the library.
    pub version: &'static str,
    /// Signatures in the set.
    pub signatures: usize,
    /// See [`crate::signature::SignatureSet::digest`].
    pub digest: String,
}

/// The bundle as a whole.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Bundle {
    /// The path or name as the user gave it.
    pub path: String,
    /// How it is packed: `directory`, `tar+gzip`, `zip`, ...
    pub container: String,
    /// Which collector made it, if its marks are known.
    pub layout: Option<Arc<str>>,
    /// The newest trustworthy time stamp in it.
    pub captured_at: Option<Time>,
    /// The time that the report is about, if that is not all.
    pub window: Option<TimeWindow>,
    /// Hosts that its logs name, sorted.
    pub hosts: Vec<String>,
    /// Bytes read from the outside.
    pub bytes_read: u64,
    /// Bytes after decoding.
    pub bytes_decoded: u64,
}

/// Whether the report rests on the whole bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything was read.
    Complete,
    /// Some of it could not be read: see [`Report::problems`].
    Partial,
}

impl Status {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Partial => "partial",
        }
    }
}

/// All matches of one signature in the bundle.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// Place in the report, from 1; 0 for benign ones and lost evidence.
    pub rank: usize,
    /// What was recognised, with its texts.
    pub signature: Arc<Signature>,
    /// The same for the same problem in a later bundle: 16 hex digits.
    pub fingerprint: String,
    /// Whether it goes on.
    pub state: State,
    /// What tells the state.
    pub reason: Reason,
    /// How surely it is this problem, in this bundle.
    pub confidence: Confidence,
    /// Sum of the factors.
    pub score: i64,
    /// Why it ranks where it does.
    pub factors: Vec<Factor>,
    /// How often it happened: lines that matched, an event row counted as often as it says.
    pub count: u64,
    /// The earliest known time.
    pub first_seen: Option<Time>,
    /// The latest known time.
    pub last_seen: Option<Time>,
    /// Lines that matched along time, copies in other logs among them.
    pub histogram: Histogram,
    /// The hosts that its lines name, with how many of them do, copies in other logs among them; most frequent first.
    pub hosts: Vec<(String, u64)>,
    /// Whether there were more hosts than are kept.
    pub hosts_capped: bool,
    /// What the lines name, by entity; counted as hosts are.
    pub entities: Vec<Entity>,
    /// Components that reported it, by name.
    pub components: Vec<&'static str>,
    /// The id of the finding that explains this one.
    pub explained_by: Option<String>,
    /// The id of the one that would, were it not suppressed.
    pub explained_by_suppressed: Option<String>,
    /// Ids of the findings that this one explains, in order of rank.
    pub explains: Vec<String>,
    /// Proof.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// How bad it is as things stand: see [`State::severity`].
    pub fn severity(&self) -> Severity {
        self.state.severity(self.signature.spec().severity)
    }

    /// The host, if all lines that name one name the same.
    pub fn host(&self) -> Option<&str> {
        match self.hosts.as_slice() {
            [(only, _)] => Some(only),
            _ => None,
        }
    }

    /// What it names of a kind, with counts, and whether there was more than is kept. Its hosts stand under `host`, unless its lines name others.
    pub fn values(&self, entity: &str) -> Option<(&[(String, u64)], bool)> {
        match self.entities.iter().find(|found| found.name == entity) {
            Some(found) => Some((&found.values, found.capped)),
            None if entity == HOST => Some((&self.hosts, self.hosts_capped)),
            None => None,
        }
    }

    /// The lesser quality of its two times.
    pub fn time_quality(&self) -> Option<TimeQuality> {
        let times = [self.first_seen, self.last_seen].into_iter().flatten();
        times.map(|time| time.quality).max()
    }

    /// The id of its signature.
    pub fn id(&self) -> &str {
        &self.signature.id
    }
}

/// One kind of thing that a finding names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entity {
    /// `pod`, `node`, `image`, ...
    pub name: String,
    /// Values with their counts, most frequent first.
    pub values: Vec<(String, u64)>,
    /// Whether there were more values than are kept.
    pub capped: bool,
}

/// How long the scan took.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Timings {
    /// From opening the bundle to the finished report.
    pub total: Duration,
    /// What of that came after the last member was read: clocks, states, causes, order, templates.
    pub diagnosis: Duration,
}

/// Where a window lies that has nothing of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// Behind the end of the bundle, which was then.
    After(Time),
    /// Before its beginning, which was then.
    Before(Time),
}

impl Report {
    /// The worst severity found, benign findings aside.
    pub fn max_severity(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// Whether the part of the time that it is about lies outside of what its bundle tells of, as far as trustworthy times in it tell.
    pub fn window_misses_bundle(&self) -> bool {
        self.window_miss().is_some()
    }

    /// On which side of the time of the bundle the window lies, and where that time ends there.
    pub(crate) fn window_miss(&self) -> Option<Miss> {
        let window = self.bundle.window?;
        let end = self.bundle.captured_at?;
        let (first, _) = self.coverage.span()?;
        let is_after = window.since.is_some_and(|since| since > end.unix_nanos);
        let is_before = window.until.is_some_and(|until| until < first.unix_nanos);
        match (is_after, is_before) {
            (true, _) => Some(Miss::After(end)),
            (_, true) => Some(Miss::Before(first)),
            _ => None,
        }
    }

    /// How many findings have this severity.
    pub fn count_of(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity() == severity)
            .count()
    }

    /// The findings at or above a severity, in order.
    pub fn at_least(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(move |finding| finding.severity() >= severity)
    }

    /// The findings that no other one of the list explains, in order.
    pub fn roots(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.explained_by.is_none())
    }

    /// The finding of this signature.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id() == id)
    }

    /// The findings at or above a severity that are not told, in order.
    pub fn suppressed_at_least(&self, severity: Severity) -> impl Iterator<Item = &Suppressed> {
        let suppressed = self.suppressed.iter();
        suppressed.filter(move |suppressed| suppressed.finding.severity() >= severity)
    }

    /// The finding of this signature that is not told.
    pub fn suppressed(&self, id: &str) -> Option<&Suppressed> {
        let mut suppressed = self.suppressed.iter();
        suppressed.find(|suppressed| suppressed.finding.id() == id)
    }
}
