//! The score of a finding: whole numbers that add up, each with its reason, the same on every machine.

use std::collections::BTreeMap;
use std::iter::successors;

use super::{Finding, State};
use crate::base::severity::{Confidence, Severity};

/// One reason for a rank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Factor {
    /// What is judged.
    pub name: &'static str,
    /// What it adds to the score; may be negative.
    pub points: i64,
    /// Why, in English.
    pub why: String,
}

/// Points for each further component that reports the same.
const PER_COMPONENT: i64 = 25;
/// Points for each doubling of what is affected or counted.
const PER_DOUBLING: i64 = 6;
/// The most that components, reach or count can add: never enough to lift a finding over a worse severity.
const SOFT_CAP: i64 = 60;
/// Points for each symptom explained.
const PER_SYMPTOM: i64 = 30;
/// The most that symptoms can add beyond the severity of the worst of them.
const SYMPTOM_CAP: i64 = 120;
/// Points of a finding that another explains.
const EXPLAINED: i64 = -400;

/// What a finding is worth by itself, before it is held against the others.
pub(crate) fn own_factors(finding: &Finding) -> Vec<Factor> {
    let worst = finding.signature.spec().severity;
    let components = finding.components.len();
    let entities = finding.entities.iter();
    let reach = entities
        .map(|entity| entity.values.len())
        .max()
        .unwrap_or(0);
    let factors = [
        factor("severity", severity_points(worst), worst.as_str()),
        factor(
            "confidence",
            confidence_points(finding.confidence),
            finding.confidence.as_str(),
        ),
        factor(
            "state",
            match finding.state {
                State::Cleared => -severity_points(worst) / 2,
                State::Historic if finding.reason.is_of_the_past() => -severity_points(worst) / 2,
                State::Historic => -severity_points(worst) / 5,
                _ => 0,
            },
            format!("{}: {}", finding.state.as_str(), finding.reason.as_str()),
        ),
        factor(
            "corroboration",
            (PER_COMPONENT * components.saturating_sub(1) as i64).min(SOFT_CAP),
            format!("{components} components report it"),
        ),
        factor(
            "reach",
            doublings(reach as u64),
            format!("{reach} different values of one entity"),
        ),
        factor(
            "count",
            doublings(finding.count) / 2,
            format!("{} occurrences", finding.count),
        ),
    ];
    factors
        .into_iter()
        .filter(|factor| factor.points != 0)
        .collect()
}

/// What a finding explains.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Symptoms {
    /// How many findings it explains itself.
    pub(crate) direct: usize,
    /// The worst of these, and of those that they explain.
    pub(crate) worst: Option<Severity>,
}

impl Symptoms {
    /// What each finding explains: `explained` names for each explained one the finding that explains it.
    pub(crate) fn by_cause(
        explained: &BTreeMap<String, String>,
        severity: impl Fn(&str) -> Option<Severity>,
    ) -> BTreeMap<&str, Self> {
        let mut by_cause: BTreeMap<&str, Symptoms> = BTreeMap::new();
        for (symptom, cause) in explained {
            by_cause.entry(cause).or_default().direct += 1;
            let severity = severity(symptom);
            for cause in successors(Some(cause), |id| explained.get(*id)) {
                let symptoms = by_cause.entry(cause).or_default();
                symptoms.worst = symptoms.worst.max(severity);
            }
        }
        by_cause
    }
}

/// What explaining other findings adds: it lifts a cause to the severity of its worst symptom and a little more.
pub(crate) fn explains_factor(own: Severity, symptoms: &Symptoms) -> Option<Factor> {
    let worst = symptoms.worst?;
    let lift = (severity_points(worst) - severity_points(own)).max(0);
    let points = lift + (PER_SYMPTOM * symptoms.direct as i64).min(SYMPTOM_CAP);
    Some(factor(
        "explains",
        points,
        match symptoms.direct {
            1 => "explains 1 other finding".to_owned(),
            count => format!("explains {count} other findings"),
        },
    ))
}

/// What being explained takes away.
pub(crate) fn explained_factor(cause: &str) -> Factor {
    factor("explained", EXPLAINED, format!("explained by {cause}"))
}

/// What keeps a symptom behind its cause.
pub(crate) fn behind_cause_factor(points: i64) -> Factor {
    factor("behind_cause", points, "ranks behind what explains it")
}

/// The sum of the factors.
pub(crate) fn total(factors: &[Factor]) -> i64 {
    factors.iter().map(|factor| factor.points).sum()
}

pub(super) fn factor(name: &'static str, points: i64, why: impl Into<String>) -> Factor {
    Factor {
        name,
        points,
        why: why.into(),
    }
}

fn severity_points(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 1_000,
        Severity::Error => 600,
        Severity::Warning => 250,
        Severity::Info => 0,
    }
}

fn confidence_points(confidence: Confidence) -> i64 {
    match confidence {
        Confidence::High => 100,
        Confidence::Medium => 0,
        Confidence::Low => -100,
    }
}

/// Points for a number, by its doublings, capped.
pub(super) fn doublings(number: u64) -> i64 {
    match number {
        0 => 0,
        _ => (PER_DOUBLING * i64::from(number.ilog2())).min(SOFT_CAP),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_lines_lifts_a_warning_over_an_error() {
        let most_of_a_warning =
            severity_points(Severity::Warning) + confidence_points(Confidence::High) + 3 * SOFT_CAP;
        let least_of_an_error =
            severity_points(Severity::Error) + confidence_points(Confidence::Medium);
        assert!(most_of_a_warning < least_of_an_error);
    }

    #[test]
    fn a_cause_is_lifted_over_its_worst_symptom() {
        let symptoms = |worst| Symptoms { direct: 1, worst };
        let lifted = explains_factor(Severity::Warning, &symptoms(Some(Severity::Critical)))
            .expect("there is a symptom");
        assert!(
            severity_points(Severity::Warning) + lifted.points
                > severity_points(Severity::Critical) + EXPLAINED
        );
        assert_eq!(explains_factor(Severity::Error, &symptoms(None)), None);
    }

    #[test]
    fn the_worst_symptom_counts_however_many_causes_lie_between() {
        let explained = [
            ("volume", "disk"),
            ("database", "volume"),
            ("client", "disk"),
        ];
        let explained = explained.map(|(symptom, cause)| (symptom.to_owned(), cause.to_owned()));
        let explained = BTreeMap::from(explained);
        let by_cause = Symptoms::by_cause(&explained, |id| match id {
            "database" => Some(Severity::Critical),
            _ => Some(Severity::Warning),
        });
        let of = |id| {
            by_cause
                .get(id)
                .map(|symptoms| (symptoms.direct, symptoms.worst))
        };
        assert_eq!(of("disk"), Some((2, Some(Severity::Critical))));
        assert_eq!(of("volume"), Some((1, Some(Severity::Critical))));
        assert_eq!(of("client"), None);
    }
}
