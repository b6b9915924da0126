//! Builds the report from the tally of a whole bundle.

use std::collections::BTreeMap;

use super::coverage::Coverage;
use super::fingerprint::fingerprint;
use super::named::{most_frequent_first, with_disks, with_namespaces, with_pods, with_services};
use super::requires::confidence;
use super::scene::{self, Scene};
use super::score::{
    Symptoms, behind_cause_factor, explained_factor, explains_factor, own_factors, total,
};
use super::state::{Signs, judge};
use super::unrecognised::{self, Unrecognised};
use super::{Bundle, Entity, Finding, Reason, Report, State, Status, Timings, Tool, correlate};
use crate::base::problem::Problem;
use crate::base::severity::{Confidence, Severity};
use crate::fact::census::Census;
use crate::fact::directory::Directory;
use crate::finding::clocks::Clocks;
use crate::finding::detail::Detail;
use crate::finding::group::Groups;
use crate::finding::homes::Homes;
use crate::finding::resolve::{Resolved, reaches, resolve};
use crate::finding::storage::Storage;
use crate::finding::{Tally, TallyOptions};
use crate::signature::{Signature, SignatureSet};
use std::sync::Arc;

/// What a scan hands over when the last member is done.
#[derive(Debug)]
pub struct Scanned {
    /// What was scanned.
    pub bundle: Bundle,
    /// All matches, by place in `signatures`.
    pub tally: Tally,
    /// The signatures, sorted by id.
    pub signatures: Vec<Arc<Signature>>,
    /// What was covered.
    pub coverage: Coverage,
    /// What the facts say about the machines.
    pub census: Census,
    /// How the clocks of the hosts stand to each other.
    pub clocks: Clocks,
    /// Whose the members are that do not name their host.
    pub homes: Homes,
    /// What lies on which disk.
    pub storage: Storage,
    /// What could not be read, in any order.
    pub problems: Vec<Problem>,
    /// What was kept of the matches.
    pub options: TallyOptions,
}

impl Report {
    /// Judges what a scan found.
    pub(crate) fn new(scanned: Scanned, set: &SignatureSet) -> Self {
        let Scanned {
            bundle,
            mut tally,
            signatures,
            mut coverage,
            mut census,
            clocks,
            homes,
            storage,
            mut problems,
            options,
        } = scanned;
        census.directory.settle();
        problems.sort();
        problems.dedup();
        let captured_at = bundle.captured_at.map(|time| time.unix_nanos);
        tally.settle(&clocks);
        let unexplained = std::mem::take(&mut tally.unexplained);
        let found = resolved(tally, &signatures, captured_at, &options);
        let found = found.into_iter().filter_map(|(number, resolved)| {
            let signature = Arc::clone(&signatures[number]);
            let confidence = confidence(signature.spec(), &census)?;
            let known = Known {
                clocks: &clocks,
                homes: &homes,
                directory: &census.directory,
                storage: &storage,
            };
            Some(finding(signature, resolved, confidence, &known))
        });
        let (benign, others): (Vec<Finding>, Vec<Finding>) =
            found.partition(|finding| finding.signature.spec().benign);
        let (lost, mut findings): (Vec<Finding>, Vec<Finding>) = others
            .into_iter()
            .partition(|finding| finding.signature.spec().evidence_lost);
        for finding in findings.iter().chain(&benign).chain(&lost) {
            coverage.not_evaluable.remove(finding.id());
        }
        fold(&mut findings, set, &census.directory);
        rank(&mut findings);
        let setting = unrecognised::Setting {
            findings: &findings,
            clocks: &clocks,
            span: coverage
                .span()
                .map(|(first, last)| (first.unix_nanos, captured_at.unwrap_or(last.unix_nanos))),
        };
        let unrecognised = Unrecognised::new(unexplained, &setting);
        Report {
            tool: Tool {
                version: env!("CARGO_PKG_VERSION"),
                signatures: set.len(),
                digest: set.digest(),
            },
            bundle,
            status: if problems.is_empty() {
                Status::Complete
            } else {
                Status::Partial
            },
            findings,
            suppressed: Vec::new(),
            benign,
            lost,
            unrecognised,
            coverage,
            census,
            problems,
            trace: None,
            profile: None,
            timings: Timings::default(),
        }
    }
}

/// The signatures that fire, with what they add up to.
fn resolved(
    mut tally: Tally,
    signatures: &[Arc<Signature>],
    captured_at: Option<i64>,
    options: &TallyOptions,
) -> BTreeMap<usize, Resolved> {
    tally.groups.values_mut().for_each(Groups::bound);
    tally.presence.bound();
    let simple = std::mem::take(&mut tally.signatures);
    let simple = simple.into_iter().filter_map(|(number, mut tally)| {
        let threshold = signatures[number].threshold.as_ref();
        let is_found = reaches(threshold, &tally.counter);
        let resolved = is_found.then(|| Resolved {
            evidence: std::mem::take(&mut tally.detail.kept).into_shown(options.evidence),
            tally,
            is_cleared: None,
        });
        Some((number, resolved?))
    });
    let planned = signatures
        .iter()
        .enumerate()
        .filter_map(|(number, signature)| {
            let plan = signature.plan.as_ref()?;
            let resolved = resolve((number, signature), plan, &tally, captured_at, options)?;
            Some((number, resolved))
        });
    simple.chain(planned).collect()
}

/// What is known when the whole bundle was read.
struct Known<'k> {
    clocks: &'k Clocks,
    homes: &'k Homes,
    directory: &'k Directory,
    storage: &'k Storage,
}

/// The hosts of matches with how many there are on each, most frequent first, then by name.
fn hosts(detail: &Detail, homes: &Homes) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (name, count) in detail.hosts.ranked() {
        if let Some(host) = homes.host(name) {
            *counts.entry(host.to_owned()).or_default() += count;
        }
    }
    most_frequent_first(counts)
}

fn finding(
    signature: Arc<Signature>,
    resolved: Resolved,
    confidence: Confidence,
    known: &Known<'_>,
) -> Finding {
    let Resolved {
        tally,
        mut evidence,
        is_cleared,
    } = resolved;
    for line in &mut evidence {
        line.settle(known.clocks);
    }
    let seen = tally.detail.seen.settle(known.clocks);
    let detail = &tally.detail;
    let owned = |ranked: Vec<(&str, u64)>| {
        let ranked = ranked.into_iter();
        ranked
            .map(|(value, count)| (value.to_owned(), count))
            .collect::<Vec<_>>()
    };
    let entities = detail.entities.iter().map(|(name, values)| Entity {
        name: name.clone(),
        values: owned(values.ranked()),
        capped: values.is_capped(),
    });
    let entities = with_pods(with_namespaces(entities.collect()), known.directory);
    let entities = with_services(entities, known.directory);
    let hosts = hosts(detail, known.homes);
    let mut finding = Finding {
        rank: 0,
        fingerprint: fingerprint(&signature.id, &detail.entities),
        state: State::Unknown,
        reason: Reason::NoTime,
        confidence,
        score: 0,
        factors: Vec::new(),
        count: tally.counter.count(),
        first_seen: seen.first,
        last_seen: seen.last,
        entities: with_disks(entities, &hosts, known.storage),
        hosts,
        hosts_capped: detail.hosts.is_capped(),
        components: detail
            .components
            .iter()
            .map(|component| component.as_str())
            .collect(),
        histogram: seen.histogram.clone(),
        explained_by: None,
        explained_by_suppressed: None,
        explains: Vec::new(),
        evidence,
        signature,
    };
    let pods = scene::pods(&finding);
    let pods: Vec<&str> = pods.iter().flatten().map(String::as_str).collect();
    let speakers = scene::speakers(&finding);
    let speakers: Vec<&str> = speakers.iter().flatten().map(String::as_str).collect();
    let signs = Signs {
        is_cleared,
        is_state: tally.detail.is_state,
        count: finding.count,
        seen: &seen,
        host: finding.host(),
        category: finding.signature.spec().category,
        pods: &pods,
        speakers: &speakers,
    };
    (finding.state, finding.reason) = judge(&signs, known.clocks, known.directory);
    finding.factors = own_factors(&finding);
    finding.score = total(&finding.factors);
    finding
}

/// Marks who explains whom and lets that count.
fn fold(findings: &mut [Finding], set: &SignatureSet, directory: &Directory) {
    let scenes = findings
        .iter()
        .map(|finding| (finding.id().to_owned(), Scene::of(finding, directory)))
        .collect();
    let explained = correlate::explained_by(set, &scenes);
    let severities: BTreeMap<&str, Severity> = findings
        .iter()
        .map(|finding| (finding.signature.id.as_str(), finding.severity()))
        .collect();
    let symptoms = Symptoms::by_cause(&explained, |id| severities.get(id).copied());
    for finding in findings.iter_mut() {
        finding.explained_by = explained.get(finding.id()).cloned();
        finding
            .factors
            .extend(finding.explained_by.as_deref().map(explained_factor));
        let of_mine = symptoms.get(finding.signature.id.as_str());
        finding
            .factors
            .extend(of_mine.and_then(|symptoms| explains_factor(finding.severity(), symptoms)));
        finding.score = total(&finding.factors);
    }
    keep_below_causes(findings);
}

/// Takes so much of each symptom that it ranks behind its cause, which may be explained itself.
fn keep_below_causes(findings: &mut [Finding]) {
    let mut scores: BTreeMap<String, i64> = findings
        .iter()
        .map(|finding| (finding.id().to_owned(), finding.score))
        .collect();
    // As often as a chain may be long.
    for _ in 0..findings.len() {
        let mut changed = false;
        for finding in findings.iter_mut() {
            let cause = finding.explained_by.as_ref();
            let Some(most) = cause.and_then(|cause| scores.get(cause)) else {
                continue;
            };
            let over = finding.score - (most - 1);
            if over > 0 {
                finding.factors.push(behind_cause_factor(-over));
                finding.score -= over;
                scores.insert(finding.id().to_owned(), finding.score);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

/// Worst first; ties by first seen, then by id.
fn rank(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let unknown_last =
            |finding: &Finding| finding.first_seen.map_or(i64::MAX, |time| time.unix_nanos);
        let by_time = unknown_last(a).cmp(&unknown_last(b));
        b.score
            .cmp(&a.score)
            .then(by_time)
            .then_with(|| a.id().cmp(b.id()))
    });
    let pairs: Vec<(String, String)> = findings
        .iter()
        .filter_map(|f| Some((f.explained_by.clone()?, f.id().to_owned())))
        .collect();
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.rank = index + 1;
        let mine = pairs
            .iter()
            .filter(|(cause, _)| cause == finding.signature.id.as_str());
        finding.explains = mine.map(|(_, symptom)| symptom.clone()).collect();
    }
}
