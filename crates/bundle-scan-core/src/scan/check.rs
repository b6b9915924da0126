//! Runs the samples of signatures through the real engine: the lints that need a scan.

use std::collections::BTreeSet;

use super::sample::{Engine, Fired};
use crate::report::{Finding, Report};
use crate::signature::load::SourceFile;
use crate::signature::place::{Key, place};
use crate::signature::schema::Sample;
use crate::signature::{Complaint, Signature, SignatureSet, lint};

/// What is to be said of signature files, sorted by file and place.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Mistakes; none means that the files are good.
    pub complaints: Vec<Complaint>,
    /// How to do better; nothing while there are mistakes.
    pub advice: Vec<Complaint>,
}

/// Checks signature files on their own and together with `base`: every lint, every sample.
pub fn check_files(base: &SignatureSet, files: Vec<SourceFile>) -> Checked {
    let wrong = |complaints| Checked {
        complaints,
        advice: Vec::new(),
    };
    let (specs, complaints) = lint::files(&files);
    if !complaints.is_empty() {
        return wrong(complaints);
    }
    let ids: BTreeSet<String> = specs.into_iter().map(|spec| spec.id).collect();
    let is_chosen = |signature: &Signature| ids.contains(&signature.id);
    match base.clone().with_files(files) {
        Err(crate::signature::SignatureError::Invalid { complaints }) => wrong(complaints),
        Err(crate::signature::SignatureError::Read { .. }) => Checked::default(),
        Ok(set) => {
            let complaints = check(&set, is_chosen);
            if !complaints.is_empty() {
                return wrong(complaints);
            }
            let chosen = set.iter().filter(|signature| is_chosen(signature));
            let mut advice: Vec<Complaint> = chosen
                .flat_map(|signature| {
                    let mut advice = lint::unfinished::advice(signature);
                    advice.extend(lint::anchors::advice(signature));
                    advice
                })
                .collect();
            advice.sort();
            Checked { complaints, advice }
        }
    }
}

/// Runs the samples of the chosen signatures against the whole set.
pub fn check(set: &SignatureSet, chosen: impl Fn(&Signature) -> bool) -> Vec<Complaint> {
    let engine = Engine::new(set);
    let mut complaints = Vec::new();
    for signature in set.iter().filter(|signature| chosen(signature)) {
        SampleCheck {
            engine: &engine,
            signature,
            complaints: &mut complaints,
        }
        .run();
    }
    complaints.sort();
    complaints
}

struct SampleCheck<'a> {
    engine: &'a Engine<'a>,
    signature: &'a Signature,
    complaints: &'a mut Vec<Complaint>,
}

impl SampleCheck<'_> {
    fn run(&mut self) {
        let mut proven = BTreeSet::new();
        for (index, sample) in self.signature.spec().samples.positive.iter().enumerate() {
            let fired = self.engine.run(&sample.member, &sample.text);
            self.positive(index, sample, &fired);
            proven.extend(fired.leaves);
        }
        for (index, sample) in self.signature.spec().samples.negative.iter().enumerate() {
            let fired = self.engine.run(&sample.member, &sample.text);
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
            .chain(&report.lost)
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
        let (set, mine) = (self.engine.set, &self.signature.id);
        lint::leads_to(set, other, mine) || lint::leads_to(set, mine, other)
    }

    fn leaves(&mut self, proven: &BTreeSet<(usize, usize)>) {
        let signatures = self.engine.matcher.signatures();
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
        let signature = &self.engine.matcher.signatures()[number];
        let plan = signature.plan.as_ref();
        plan.is_some_and(|plan| plan.keeps[leaf].is_silent)
    }

    /// Whether a leaf matches a sample once the leaves before it are out of the way.
    fn matches_alone(&self, leaf: usize) -> bool {
        if self.signature.plan.is_some() {
            return false;
        }
        let alone = SignatureSet::empty().with_only_leaf(self.signature, leaf);
        let engine = Engine::new(&alone);
        self.signature
            .spec()
            .samples
            .positive
            .iter()
            .any(|sample| !engine.run(&sample.member, &sample.text).leaves.is_empty())
    }

    fn say(&mut self, path: &[Key], code: &'static str, message: impl Into<String>) {
        let Signature { yaml, file, .. } = self.signature;
        self.complaints
            .push(Complaint::at(file, yaml, place(yaml, path), code, message));
    }
}
