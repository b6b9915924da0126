//! Every rule about a good signature that needs no scan: each with a code, a place and a sentence.
//!
//! The rules that run the samples through the engine stand in `scan::check`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::compile::{anchor_of, build_regex};
use super::complaint::Complaint;
use super::load::{self, SourceFile};
use super::place::{Key, place};
use super::schema::{Line, Node, Spec, TextRule};
use super::set::SignatureSet;
use crate::base::lang::Localized;
use crate::source::component::scope;

/// Bytes of the shortest anchor that may reach the block scan.
pub const MIN_ANCHOR_BYTES: usize = 4;

/// Parses and checks files that belong together. The specs stand in the order of the files if there is no complaint.
pub fn files(files: &[SourceFile]) -> (Vec<Spec>, Vec<Complaint>) {
    let mut specs = Vec::new();
    let mut complaints = Vec::new();
    let mut first_file: BTreeMap<String, &str> = BTreeMap::new();
    for file in files {
        match load::parse(file) {
            Err(complaint) => complaints.push(complaint),
            Ok(spec) => {
                let mut lint = Lint {
                    file,
                    complaints: &mut complaints,
                };
                lint.spec(&spec);
                if let Some(other) = first_file.insert(spec.id.clone(), &file.name) {
                    lint.say(
                        &["id".into()],
                        "duplicate-id",
                        format!("{other} has this id already"),
                    );
                }
                specs.push(spec);
            }
        }
    }
    (specs, complaints)
}

/// Checks the `causes` edges of a whole set: every target exists, and none leads back to where it came from.
pub fn causes(set: &SignatureSet) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for signature in set.iter() {
        for (index, target) in signature.spec.causes.iter().enumerate() {
            let fault = if set.find(target).is_none() {
                ("unknown-cause", format!("there is no signature {target:?}"))
            } else if leads_to(set, target, &signature.spec.id) {
                (
                    "cause-cycle",
                    format!("{target:?} leads back to {:?}", signature.spec.id),
                )
            } else {
                continue;
            };
            let at = place(&signature.yaml, &["causes".into(), index.into()]);
            complaints.push(Complaint::at(
                &signature.file,
                &signature.yaml,
                at,
                fault.0,
                fault.1,
            ));
        }
    }
    complaints
}

/// Whether following `causes` from `from` arrives at `to`.
pub fn leads_to(set: &SignatureSet, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if let (true, Some(signature)) = (seen.insert(id), set.find(id)) {
            open.extend(signature.spec.causes.iter().map(String::as_str));
        }
    }
    false
}

/// The complaints of one file while they are collected.
struct Lint<'a> {
    file: &'a SourceFile,
    complaints: &'a mut Vec<Complaint>,
}

impl Lint<'_> {
    fn say(&mut self, path: &[Key], code: &'static str, message: impl Into<String>) {
        let at = place(&self.file.text, path);
        self.complaints.push(Complaint::at(
            &self.file.name,
            &self.file.text,
            at,
            code,
            message,
        ));
    }

    fn spec(&mut self, spec: &Spec) {
        self.id(spec);
        self.texts(spec);
        self.unsupported(spec);
        if spec.rule.any.is_empty() {
            self.say(
                &["match".into()],
                "no-leaf",
                "match.any needs at least one leaf",
            );
        }
        for (index, node) in spec.rule.any.iter().enumerate() {
            let path = [Key::from("match"), "any".into(), index.into()];
            match node {
                Node::Line(line) => self.line(line, &[&path[..], &["line".into()]].concat()),
                Node::Fact(_) => self.not_run(&path, "fact leaves"),
                Node::Sequence(_) => self.not_run(&path, "sequences"),
                Node::Any(_) | Node::All(_) => self.not_run(&path, "nested conditions"),
            }
        }
        self.exclusions(&spec.rule.none, &["match".into(), "none".into()]);
        self.captures(spec);
        self.samples(spec);
    }

    fn id(&mut self, spec: &Spec) {
        let is_kebab = |id: &str| {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !id.is_empty() && id.chars().all(legal) && !id.starts_with('-') && !id.ends_with('-')
        };
        if !is_kebab(&spec.id) {
            self.say(
                &["id".into()],
                "id-format",
                "an id is kebab-case: a-z, 0-9 and single hyphens",
            );
        }
        let stem = Path::new(&self.file.name)
            .file_stem()
            .and_then(|stem| stem.to_str());
        if stem != Some(&spec.id) {
            self.say(
                &["id".into()],
                "id-file-name",
                format!("the file must be named {}.yaml", spec.id),
            );
        }
    }

    fn texts(&mut self, spec: &Spec) {
        for (key, text) in [
            ("title", &spec.title),
            ("cause", &spec.cause),
            ("impact", &spec.impact),
        ] {
            self.localized(text, key);
        }
        if spec.remedy.is_empty() {
            self.say(
                &["remedy".into()],
                "no-remedy",
                "at least one remedy step is needed",
            );
        }
        for (index, step) in spec.remedy.iter().enumerate() {
            if step.en.trim().is_empty() || step.zh.trim().is_empty() {
                self.say(
                    &["remedy".into(), index.into()],
                    "missing-language",
                    "a step needs en and zh",
                );
            }
        }
    }

    fn localized(&mut self, text: &Localized, key: &str) {
        for (lang, text) in [("en", &text.en), ("zh", &text.zh)] {
            if text.trim().is_empty() {
                self.say(
                    &[key.into(), lang.into()],
                    "missing-language",
                    format!("{key}.{lang} is empty"),
                );
            }
        }
        if key == "title" && text.en.ends_with('.') {
            self.say(
                &[key.into(), "en".into()],
                "title-stop",
                "a title has no full stop",
            );
        }
    }

    fn unsupported(&mut self, spec: &Spec) {
        let per_entity = spec
            .threshold
            .as_ref()
            .is_some_and(|t| t.distinct.is_some() || !t.per.is_empty());
        let parts = [
            (
                !spec.rule.all.is_empty(),
                vec![Key::from("match"), "all".into()],
                "match.all",
            ),
            (
                spec.sequence.is_some(),
                vec!["sequence".into()],
                "sequences",
            ),
            (
                !spec.cleared_by.is_empty(),
                vec!["cleared_by".into()],
                "cleared_by",
            ),
            (
                !spec.requires.is_empty(),
                vec!["requires".into()],
                "requires",
            ),
            (
                per_entity,
                vec!["threshold".into()],
                "threshold.distinct and threshold.per",
            ),
        ];
        for (used, path, what) in parts {
            if used {
                self.not_run(&path, what);
            }
        }
    }

    fn not_run(&mut self, path: &[Key], what: &str) {
        self.say(
            path,
            "unsupported",
            format!("{what}: part of the schema, but this version does not run it yet"),
        );
    }

    fn line(&mut self, line: &Line, path: &[Key]) {
        for (index, name) in line.component.iter().enumerate() {
            if scope(name).is_none() {
                let path = [path, &["component".into(), index.into()]].concat();
                self.say(
                    &path,
                    "unknown-component",
                    format!("{name:?} is no component and no group"),
                );
            }
        }
        if line.literal.is_empty() {
            self.say(path, "no-anchor", "a line leaf needs a literal");
        }
        for literal in &line.literal {
            if anchor_of(literal).len() < MIN_ANCHOR_BYTES {
                let message = format!(
                    "{literal:?} leaves no anchor of {MIN_ANCHOR_BYTES} bytes: it is searched between quotes and backslashes"
                );
                self.say(
                    &[path, &["literal".into()]].concat(),
                    "short-anchor",
                    message,
                );
            }
        }
        self.regex(line.regex.as_deref(), line.ignore_case, path);
        self.exclusions(&line.none, &[path, &["none".into()]].concat());
    }

    fn exclusions(&mut self, rules: &[TextRule], path: &[Key]) {
        for (index, rule) in rules.iter().enumerate() {
            let path = [path, &[index.into()]].concat();
            if rule.literal.is_empty() && rule.regex.is_none() {
                self.say(
                    &path,
                    "empty-exclusion",
                    "an exclusion needs a literal or a regex",
                );
            }
            self.regex(rule.regex.as_deref(), rule.ignore_case, &path);
        }
    }

    fn regex(&mut self, pattern: Option<&str>, ignore_case: bool, path: &[Key]) {
        let Some(pattern) = pattern else { return };
        let path = [path, &["regex".into()]].concat();
        match build_regex(pattern, ignore_case) {
            Err(error) => self.say(&path, "regex-invalid", one_line(&error.to_string())),
            Ok(regex) if regex.is_match(b"") => {
                self.say(
                    &path,
                    "regex-empty",
                    "this regex matches the empty text, so it says nothing",
                );
            }
            Ok(_) if pattern.starts_with(".*") => {
                self.say(
                    &path,
                    "regex-leading-wildcard",
                    "a regex is not anchored: leave the leading .* out",
                );
            }
            Ok(_) => {}
        }
    }

    fn captures(&mut self, spec: &Spec) {
        let captured = capture_names(spec);
        for capture in spec
            .entities
            .keys()
            .filter(|name| !captured.contains(*name))
        {
            let path = ["entities".into(), Key::Name(capture.clone())];
            self.say(
                &path,
                "missing-capture",
                format!("no regex captures {capture:?}"),
            );
        }
        for capture in captured
            .iter()
            .filter(|name| !spec.entities.contains_key(*name))
        {
            self.say(
                &["entities".into()],
                "unused-capture",
                format!("the capture {capture:?} names no entity"),
            );
        }
        for (index, sample) in spec.samples.positive.iter().enumerate() {
            for capture in sample
                .expect
                .keys()
                .filter(|name| !captured.contains(*name))
            {
                let path = [
                    "samples".into(),
                    "positive".into(),
                    index.into(),
                    "expect".into(),
                    Key::Name(capture.clone()),
                ];
                self.say(
                    &path,
                    "missing-capture",
                    format!("no regex captures {capture:?}"),
                );
            }
        }
    }

    fn samples(&mut self, spec: &Spec) {
        if spec.samples.positive.is_empty() {
            self.say(
                &["samples".into()],
                "no-positive",
                "at least one positive sample is needed",
            );
        }
        if spec.samples.negative.is_empty() {
            self.say(
                &["samples".into()],
                "no-negative",
                "at least one negative sample is needed: a near miss",
            );
        }
        let words = literal_words(spec);
        let is_near = |text: &str| {
            words
                .iter()
                .any(|word| text.to_lowercase().contains(word.as_str()))
        };
        if !spec
            .samples
            .negative
            .iter()
            .any(|sample| is_near(&sample.text))
        {
            let message = "no negative shares a word with the literals, so they prove nothing: give a near miss";
            self.say(
                &["samples".into(), "negative".into()],
                "far-negative",
                message,
            );
        }
    }
}

fn line_leaves(spec: &Spec) -> impl Iterator<Item = &Line> {
    spec.rule.any.iter().filter_map(|node| match node {
        Node::Line(line) => Some(line),
        _ => None,
    })
}

fn capture_names(spec: &Spec) -> BTreeSet<String> {
    line_leaves(spec)
        .filter_map(|line| build_regex(line.regex.as_deref()?, line.ignore_case).ok())
        .flat_map(|regex| {
            regex
                .capture_names()
                .flatten()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The words of three letters or more in the literals, in lower case.
fn literal_words(spec: &Spec) -> BTreeSet<String> {
    line_leaves(spec)
        .flat_map(|line| &line.literal)
        .flat_map(|literal| literal.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
        .collect()
}

/// The last line of a regex error: the sentence without the drawing.
fn one_line(error: &str) -> String {
    let last = error.lines().last().unwrap_or(error);
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;
