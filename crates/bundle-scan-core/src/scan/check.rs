//! Runs the samples of signatures through the real engine: the lints that need a scan.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::structured::{Setting, SoFar, StructuredScan, is_structured};
use super::{Scanner, ScannerBuilder};
use crate::base::member_path::MemberPath;
use crate::base::time::Time;
use crate::finding::{Next, Tally, TallyOptions};
use crate::matcher::Matcher;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::report::{Bundle, Finding, Report, Scanned};
use crate::signature::load::SourceFile;
use crate::signature::place::{Key, place};
use crate::signature::schema::Sample;
use crate::signature::{Complaint, Signature, SignatureSet, lint};
use crate::source::classify;
use crate::text::block::BlockView;

/// Checks signature files on their own and together with `base`: every lint, every sample. The complaints are sorted by
/// file and place; none means that the files are good.
pub fn check_files(base: &SignatureSet, files: Vec<SourceFile>) -> Vec<Complaint> {
    let (specs, complaints) = lint::files(&files);
    if !complaints.is_empty() {
        return complaints;
    }
    let ids: BTreeSet<String> = specs.into_iter().map(|spec| spec.id).collect();
    match base.clone().with_files(files) {
        Err(crate::signature::SignatureError::Invalid { complaints }) => complaints,
        Err(crate::signature::SignatureError::Read { .. }) => Vec::new(),
        Ok(set) => check(&set, |signature| ids.contains(&signature.id)),
    }
}

/// Runs the samples of the chosen signatures against the whole set.
pub fn check(set: &SignatureSet, chosen: impl Fn(&Signature) -> bool) -> Vec<Complaint> {
    let bench = Bench::new(set);
    let mut complaints = Vec::new();
    for signature in set.iter().filter(|signature| chosen(signature)) {
        SampleCheck {
            bench: &bench,
            signature,
            complaints: &mut complaints,
        }
        .run();
    }
    complaints.sort();
    complaints
}

/// The engine, set up for one sample after the other.
struct Bench<'a> {
    set: &'a SignatureSet,
    matcher: Matcher,
    options: TallyOptions,
}

/// What a sample set off.
struct Fired {
    report: Report,
    /// Signature and leaf of every match, thresholds aside.
    leaves: BTreeSet<(usize, usize)>,
}

impl<'a> Bench<'a> {
    fn new(set: &'a SignatureSet) -> Self {
        let ScannerBuilder {
            evidence,
            context,
            limits,
            ..
        } = Scanner::builder();
        let matcher = Matcher::new(set.clone(), limits.max_line_bytes);
        Bench {
            set,
            matcher,
            options: TallyOptions::new(evidence, context, &limits),
        }
    }

    fn run(&self, sample: &Sample) -> Fired {
        let mut all = SoFar::default();
        let mut newest = None;
        for (path, text) in members(sample) {
            let found = self.member(&MemberPath::new(path), text, &mut newest);
            all.tally.merge(found.tally, Next::Member, &self.options);
            all.census.merge(found.census);
        }
        let leaves = fired_leaves(&all.tally, self.matcher.signatures());
        let scanned = Scanned {
            tally: all.tally,
            signatures: self.matcher.signatures().to_vec(),
            bundle: Bundle {
                captured_at: newest,
                ..Bundle::default()
            },
            coverage: <_>::default(),
            census: all.census,
            problems: <_>::default(),
            options: self.options,
        };
        Fired {
            report: Report::new(scanned, self.set),
            leaves,
        }
    }

    /// Scans one member as the conductor would.
    fn member(&self, path: &MemberPath, text: &str, newest: &mut Option<Time>) -> SoFar {
        let source = classify(path, text.as_bytes());
        let setting = Setting {
            matcher: &self.matcher,
            options: &self.options,
            path,
            source: &source,
            modified: Some(SAMPLE_MODIFIED),
            lines: 0,
        };
        let view = BlockView {
            bytes: text.as_bytes(),
            own: 0..text.len(),
            offset: 0,
            at_start: true,
            at_end: true,
        };
        let last_line = text.trim_end().rsplit('\n').next().unwrap_or("");
        let last = Record::read(
            last_line.as_bytes(),
            &source,
            &Clock::new(Some(SAMPLE_MODIFIED)),
        );
        *newest = last.time.max(*newest);
        if is_structured(&source, path, text.as_bytes()) {
            let mut scan = StructuredScan::new(path);
            scan.block(setting, &view);
            return scan.finish(setting).0;
        }
        let mut block = Tally::default();
        setting.lines(&view, &mut block);
        let mut found = SoFar::default();
        found
            .tally
            .merge(block, Next::Block { lines: 0 }, &self.options);
        found
    }
}

/// The members of a sample: its text, or the parts of it below lines such as `//- var/log/messages`.
fn members(sample: &Sample) -> Vec<(&str, &str)> {
    if !sample.text.starts_with(PART) {
        return vec![(&sample.member, &sample.text)];
    }
    let text = sample.text.as_str();
    let in_text = text
        .match_indices(concat!("\n", "//- "))
        .map(|(at, _)| at + 1);
    let starts: Vec<usize> = std::iter::once(0).chain(in_text).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| text.get(start + PART.len()..end));
    parts.filter_map(|part| part.split_once('\n')).collect()
}

/// What begins the line that names a part of a sample.
const PART: &str = "//- ";

fn fired_leaves(tally: &Tally, signatures: &[Arc<Signature>]) -> BTreeSet<(usize, usize)> {
    let simple = tally.signatures.iter();
    let simple =
        simple.flat_map(|(number, tally)| tally.detail.leaves.iter().map(|leaf| (*number, *leaf)));
    let planned = signatures.iter().enumerate();
    let planned =
        planned.filter_map(|(number, signature)| Some((number, signature.plan.as_ref()?)));
    let grouped = planned.flat_map(|(number, plan)| {
        let leaves = 0..plan.keeps.len();
        let met = leaves.filter(move |leaf| match plan.keeps[*leaf].presence {
            Some(same) => tally.presence.knows(same),
            None => tally.groups.contains_key(&(number, *leaf)),
        });
        met.map(move |leaf| (number, leaf))
    });
    simple.chain(grouped).collect()
}

/// Samples without a year are read as of 2026-12-31T00:00:00Z, so that all of their lines lie in one year; ages of objects
/// are counted up to then.
const SAMPLE_MODIFIED: i64 = 1_798_675_200;

struct SampleCheck<'a> {
    bench: &'a Bench<'a>,
    signature: &'a Signature,
    complaints: &'a mut Vec<Complaint>,
}

impl SampleCheck<'_> {
    fn run(&mut self) {
        let mut proven = BTreeSet::new();
        for (index, sample) in self.signature.spec().samples.positive.iter().enumerate() {
            let fired = self.bench.run(sample);
            self.positive(index, sample, &fired);
            proven.extend(fired.leaves);
        }
        for (index, sample) in self.signature.spec().samples.negative.iter().enumerate() {
            let fired = self.bench.run(sample);
            proven.extend(
                fired
                    .leaves
                    .iter()
                    .filter(|leaf| self.is_kept_silent(**leaf)),
            );
            if let Some(finding) = self.mine(&fired.report) {
                let text = finding
                    .evidence
                    .first()
                    .map_or("", |evidence| &evidence.text);
                self.say(
                    &["samples".into(), "negative".into(), index.into()],
                    "negative-fires",
                    format!("this sample must not match: {text}"),
                );
            }
        }
        self.leaves(&proven);
    }

    fn mine<'r>(&self, report: &'r Report) -> Option<&'r Finding> {
        let id = &self.signature.id;
        report
            .findings
            .iter()
            .chain(&report.benign)
            .find(|finding| finding.id() == id)
    }

    fn positive(&mut self, index: usize, sample: &Sample, fired: &Fired) {
        let path = [Key::from("samples"), "positive".into(), index.into()];
        let Some(finding) = self.mine(&fired.report) else {
            return self.say(&path, "positive-silent", "this sample does not match");
        };
        let captures = finding.evidence.first().map(|evidence| &evidence.captures);
        for (name, expected) in &sample.expect {
            let found = captures.and_then(|captures| captures.get(name));
            if found != Some(expected) {
                let path = [&path[..], &["expect".into(), Key::Name(name.clone())]].concat();
                let found = found.map_or("nothing", String::as_str);
                self.say(
                    &path,
                    "expect-differs",
                    format!("the first match captures {found:?}, expected {expected:?}"),
                );
            }
        }
        self.others(&path, sample, &fired.report.findings);
    }

    /// Other signatures fire on a sample of this one only if one explains the other, or the sample says so.
    fn others(&mut self, path: &[Key], sample: &Sample, findings: &[Finding]) {
        let others = findings.iter().map(Finding::id);
        let others: BTreeSet<&str> = others.filter(|id| *id != self.signature.id).collect();
        for other in &others {
            if !self.is_related(other) && !sample.also.iter().any(|declared| declared == other) {
                let message = format!(
                    "this sample also fires {other:?}: exclude it there, name one in the other's causes, or declare it with also"
                );
                self.say(path, "cross-fire", message);
            }
        }
        for (index, declared) in sample.also.iter().enumerate() {
            if !others.contains(declared.as_str()) {
                let path = [path, &["also".into(), index.into()]].concat();
                self.say(
                    &path,
                    "also-silent",
                    format!("{declared:?} does not fire on this sample"),
                );
            }
        }
    }

    fn is_related(&self, other: &str) -> bool {
        let (set, mine) = (self.bench.set, &self.signature.id);
        lint::leads_to(set, other, mine) || lint::leads_to(set, mine, other)
    }

    fn leaves(&mut self, proven: &BTreeSet<(usize, usize)>) {
        let signatures = self.bench.matcher.signatures();
        let number = signatures
            .iter()
            .position(|other| other.id == self.signature.id);
        for leaf in 0..self.signature.leaves.len() {
            let is_proven = number.is_some_and(|number| proven.contains(&(number, leaf)));
            if !is_proven && !self.matches_alone(leaf) {
                let path = lint::leaf_path(self.signature.spec(), leaf);
                self.say(
                    &path,
                    "leaf-unproven",
                    "no positive sample matches this leaf, nor a negative one if it must be absent",
                );
            }
        }
    }

    /// Whether a match of a leaf may be what keeps a signature silent: then a negative sample proves it.
    fn is_kept_silent(&self, (number, leaf): (usize, usize)) -> bool {
        let signature = &self.bench.matcher.signatures()[number];
        let plan = signature.plan.as_ref();
        plan.is_some_and(|plan| plan.keeps[leaf].is_silent)
    }

    /// Whether a leaf matches a sample once the leaves before it are out of the way.
    fn matches_alone(&self, leaf: usize) -> bool {
        if self.signature.plan.is_some() {
            return false;
        }
        let alone = SignatureSet::empty().with_only_leaf(self.signature, leaf);
        let bench = Bench::new(&alone);
        self.signature
            .spec()
            .samples
            .positive
            .iter()
            .any(|sample| !bench.run(sample).leaves.is_empty())
    }

    fn say(&mut self, path: &[Key], code: &'static str, message: impl Into<String>) {
        let Signature { yaml, file, .. } = self.signature;
        self.complaints
            .push(Complaint::at(file, yaml, place(yaml, path), code, message));
    }
}
