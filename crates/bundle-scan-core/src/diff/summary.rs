//! The part of a report that a comparison needs. Its keys are those of the JSON report, so that it is read from one directly.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

use crate::base::severity::Severity;
use crate::report::{Finding, Report, State, Status};

/// A report, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Summary {
    /// Who made it.
    pub tool: SummaryTool,
    /// What was scanned.
    pub bundle: SummaryBundle,
    /// Whether everything could be read.
    pub status: Status,
    /// How many findings there were.
    #[serde(default)]
    pub summary: Totals,
    /// Problems of the cluster, in the order of the report. Suppressed ones stand behind the others once [`Summary::told`] put them there.
    pub findings: Vec<FindingSummary>,
    /// Problems that were not told.
    #[serde(default)]
    pub suppressed: Vec<SuppressedSummary>,
    /// What could not be judged.
    #[serde(default)]
    pub coverage: SummaryCoverage,
}

/// The scanner and its knowledge.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SummaryTool {
    /// Its version.
    pub version: String,
    /// Its knowledge.
    pub signatures: SummarySignatures,
}

/// The knowledge that a report was made with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SummarySignatures {
    /// See [`crate::signature::SignatureSet::digest`].
    pub digest: String,
}

/// The bundle as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SummaryBundle {
    /// The path or name as the user gave it.
    pub path: String,
    /// The newest trustworthy time stamp in it, in nanoseconds since 1970-01-01T00:00:00Z.
    #[serde(default, deserialize_with = "unix_nanos")]
    pub captured_at: Option<i64>,
    /// Hosts that its logs name.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// There if the report is about a part of the time.
    #[serde(default)]
    pub window: Option<PartOfTime>,
}

/// A part of the time; which one does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct PartOfTime {}

/// How many findings there were, those that a saved report leaves out counted too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Totals {
    /// Findings by the word of their severity.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
}

/// What could not be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SummaryCoverage {
    /// Ids of signatures that had nothing to look at.
    #[serde(default)]
    pub not_evaluable: BTreeSet<String>,
    /// What tells that logs are incomplete.
    #[serde(default)]
    pub lost: Vec<LostSummary>,
}

/// A sign that logs are incomplete.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LostSummary {
    /// The id of its signature.
    pub id: String,
}

/// A finding that was not told: what became of it matters all the same.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SuppressedSummary {
    /// The finding.
    pub finding: FindingSummary,
}

/// A finding, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FindingSummary {
    /// The id of its signature.
    pub id: String,
    /// The same for the same problem on the same things.
    pub fingerprint: String,
    /// Its title, in the language in which the report was written.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it goes on.
    pub state: State,
    /// How often it happened.
    pub count: u64,
    /// The hosts that its lines name.
    #[serde(default)]
    pub hosts: Vec<Named>,
    /// Whether there were more hosts than were kept.
    #[serde(default)]
    pub hosts_capped: bool,
    /// What its lines name, by entity.
    #[serde(default)]
    pub entities: BTreeMap<String, Vec<Named>>,
    /// Entities of which there were more values than were kept.
    #[serde(default)]
    pub entities_capped: BTreeSet<String>,
}

/// A thing that a finding names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Its name.
    pub value: String,
}

impl Summary {
    /// The digest of the signatures that it was made with.
    pub fn digest(&self) -> &str {
        &self.tool.signatures.digest
    }

    /// How many findings it was saved without, because they were less severe than asked for.
    pub fn left_out(&self) -> u64 {
        let all = self.summary.counts.values();
        let all = all.fold(0_u64, |sum, count| sum.saturating_add(*count));
        all.saturating_sub(self.findings.len() as u64)
    }

    /// The same with suppressed findings among the others: they are no less there.
    #[must_use]
    pub fn told(mut self) -> Self {
        for SuppressedSummary { finding } in self.suppressed.drain(..) {
            let severity = finding.severity.as_str().to_owned();
            *self.summary.counts.entry(severity).or_default() += 1;
            self.findings.push(finding);
        }
        self
    }
}

impl From<&Report> for Summary {
    fn from(report: &Report) -> Self {
        let counts = Severity::WORST_FIRST
            .map(|severity| (severity.as_str(), report.count_of(severity) as u64));
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        Summary {
            tool: SummaryTool {
                version: report.tool.version.to_owned(),
                signatures: SummarySignatures {
                    digest: report.tool.digest.clone(),
                },
            },
            bundle: SummaryBundle {
                path: report.bundle.path.clone(),
                captured_at: report.bundle.captured_at.map(|time| time.unix_nanos),
                hosts: report.bundle.hosts.clone(),
                window: report.bundle.window.map(|_| PartOfTime {}),
            },
            status: report.status,
            summary: Totals {
                counts: counts
                    .map(|(severity, count)| (severity.to_owned(), count))
                    .collect(),
            },
            findings: report.findings.iter().map(FindingSummary::from).collect(),
            suppressed: report
                .suppressed
                .iter()
                .map(|suppressed| SuppressedSummary {
                    finding: FindingSummary::from(&suppressed.finding),
                })
                .collect(),
            coverage: SummaryCoverage {
                not_evaluable: report.coverage.not_evaluable.keys().cloned().collect(),
                lost: report.lost.iter().map(LostSummary::from).collect(),
            },
        }
        .told()
    }
}

impl From<&Finding> for LostSummary {
    fn from(finding: &Finding) -> Self {
        LostSummary {
            id: finding.id().to_owned(),
        }
    }
}

impl From<&Finding> for FindingSummary {
    fn from(finding: &Finding) -> Self {
        let entities = finding.entities.iter();
        let capped = entities.clone().filter(|entity| entity.capped);
        FindingSummary {
            id: finding.id().to_owned(),
            fingerprint: finding.fingerprint.clone(),
            title: finding.signature.spec().title.en.clone(),
            severity: finding.severity(),
            state: finding.state,
            count: finding.count,
            hosts: named(&finding.hosts),
            hosts_capped: finding.hosts_capped,
            entities: entities
                .map(|entity| (entity.name.clone(), named(&entity.values)))
                .collect(),
            entities_capped: capped.map(|entity| entity.name.clone()).collect(),
        }
    }
}

fn named(values: &[(String, u64)]) -> Vec<Named> {
    let values = values.iter().map(|(value, _)| value.clone());
    values.map(|value| Named { value }).collect()
}

/// Reads a time as the JSON report writes it; one that cannot be read is not known.
fn unix_nanos<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let instant = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    Ok(instant.and_then(|instant| i64::try_from(instant.as_nanosecond()).ok()))
}
