//! Every rule about a good signature that needs no scan: each with a code, a place and a sentence.
//!
//! The rules that run the samples through the engine stand in `scan::check`.

pub mod anchors;
pub mod unfinished;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::compile::{Leaf, anchor_of, build_regex};
use super::complaint::Complaint;
use super::condition;
use super::load::{self, SourceFile};
use super::place::{Key, place};
use super::plan;
use super::schema::{Count, Detection, Fact, Line, Node, Spec, TextRule};
use super::set::SignatureSet;
use crate::base::lang::Localized;
use crate::fact::Kind;
use crate::fact::census::PROPERTIES;
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
        for (index, target) in signature.spec().causes.iter().enumerate() {
            let fault = if set.find(target).is_none() {
                ("unknown-cause", format!("there is no signature {target:?}"))
            } else if leads_to(set, target, &signature.id) {
                (
                    "cause-cycle",
                    format!("{target:?} leads back to {:?}", signature.id),
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
            open.extend(signature.spec().causes.iter().map(String::as_str));
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
        let has_leaf =
            !spec.rule.any.is_empty() || !spec.rule.all.is_empty() || spec.sequence.is_some();
        if !has_leaf {
            self.say(
                &["match".into()],
                "no-leaf",
                "match.any, match.all or sequence needs at least one leaf",
            );
        }
        for (node, path) in nodes(spec) {
            self.node(node, &path);
        }
        self.exclusions(&spec.rule.none, &["match".into(), "none".into()]);
        for property in spec
            .requires
            .keys()
            .filter(|name| !PROPERTIES.contains(&name.as_str()))
        {
            let path = ["requires".into(), Key::Name(property.clone())];
            let known = PROPERTIES.join(", ");
            self.say(
                &path,
                "unknown-property",
                format!("{property:?} is none of {known}"),
            );
        }
        self.joins(spec);
        self.captures(spec);
        self.samples(spec);
    }

    fn node(&mut self, node: &Node, path: &[Key]) {
        let below = |name: &str| [path, &[name.into()]].concat();
        match node {
            Node::Line(line) => self.line(line, &below("line")),
            Node::Fact(fact) => self.fact(fact, &below("fact")),
            Node::Any(nodes) | Node::All(nodes) if nodes.is_empty() => {
                self.say(path, "no-leaf", "this needs at least one leaf");
            }
            Node::Sequence(sequence) if sequence.steps.len() < 2 => {
                self.say(
                    &below("sequence"),
                    "short-sequence",
                    "a sequence needs two steps",
                );
            }
            Node::Sequence(sequence)
                if !sequence.join.is_empty() && path.first() != Some(&"sequence".into()) =>
            {
                let path = [path, &["sequence".into(), "join".into()]].concat();
                self.say(
                    &path,
                    "nested-join",
                    "a join stands in match or in the outermost sequence: it holds for all parts",
                );
            }
            Node::Count(count) => self.count(count, &below("count")),
            _ => {}
        }
    }

    fn count(&mut self, count: &Count, path: &[Key]) {
        if count.at_least.is_none() && count.at_most.is_none() && count.percent.is_none() {
            self.say(
                path,
                "empty-count",
                "a count needs at_least, at_most, or percent with among",
            );
        }
        if count.within.is_some() && (count.distinct.is_some() || count.among.is_some()) {
            self.say(
                path,
                "bad-count",
                "within counts matches: it goes neither with distinct nor with among",
            );
        }
        if count.percent.is_some() != count.among.is_some() {
            self.say(path, "half-share", "percent and among belong together");
        }
    }

    fn fact(&mut self, fact: &Fact, path: &[Key]) {
        let Some(kind) = Kind::of(&fact.kind) else {
            let path = [path, &["kind".into()]].concat();
            return self.say(
                &path,
                "unknown-fact",
                format!("there is no fact of the kind {:?}", fact.kind),
            );
        };
        for (field, wanted) in &fact.conditions {
            let compiled = condition::compile(kind, field, wanted);
            if let Err(mistake) = compiled.and_then(|_| condition::check_patterns(wanted)) {
                let path = [path, &["where".into(), Key::Name(field.clone())]].concat();
                self.say(&path, "bad-condition", one_line(&mistake));
            }
        }
    }

    /// What is joined must be named by a leaf that can name all of it.
    fn joins(&mut self, spec: &Spec) {
        let plan::Compiled { leaves, plan, .. } = plan::compile(Detection::from(spec));
        let Some(plan) = plan else { return };
        let names_all = |leaf: &Leaf| {
            let mut wanted = plan.group_by.iter();
            wanted.all(|entity| leaf.provides(entity) || IMPLIED.contains(&entity.as_str()))
        };
        if !leaves.iter().any(names_all) {
            let message = format!(
                "no leaf names all of {}: a join needs one that does",
                plan.group_by.join(", ")
            );
            self.say(&["match".into(), "join".into()], "unknown-join", message);
        }
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
        let captured = captures_of(line);
        for (capture, wanted) in &line.conditions {
            let path = [path, &["where".into(), Key::Name(capture.clone())]].concat();
            if !captured.contains(capture) {
                self.say(
                    &path,
                    "missing-capture",
                    format!("the regex does not capture {capture:?}"),
                );
                continue;
            }
            let compiled = condition::compile_for_capture(wanted);
            if let Err(mistake) = compiled.and_then(|_| condition::check_patterns(wanted)) {
                self.say(&path, "bad-condition", one_line(&mistake));
            }
        }
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
        let captured: BTreeSet<String> = line_leaves(spec).flat_map(captures_of).collect();
        let fields: BTreeSet<&str> = fact_fields(spec).collect();
        let is_known = |name: &String| captured.contains(name) || fields.contains(name.as_str());
        for capture in spec.entities.keys().filter(|name| !is_known(name)) {
            let path = ["entities".into(), Key::Name(capture.clone())];
            self.say(
                &path,
                "missing-capture",
                format!("no regex captures {capture:?}, and no fact has it"),
            );
        }
        let conditioned: BTreeSet<&String> = line_leaves(spec)
            .flat_map(|line| line.conditions.keys())
            .collect();
        let is_used =
            |name: &String| spec.entities.contains_key(name) || conditioned.contains(name);
        for capture in captured.iter().filter(|name| !is_used(name)) {
            self.say(
                &["entities".into()],
                "unused-capture",
                format!("the capture {capture:?} names no entity"),
            );
        }
        for (index, sample) in spec.samples.positive.iter().enumerate() {
            for capture in sample.expect.keys().filter(|name| !is_known(name)) {
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
        if line_leaves(spec).next().is_none() {
            return;
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

/// Entities that a line names by its envelope or its member's path.
const IMPLIED: [&str; 5] = ["pod", "container", "node", "host", "object"];

/// Every node of a signature with its place in the file, in the order of the file: that in which leaves are numbered.
fn nodes(spec: &Spec) -> Vec<(&Node, Vec<Key>)> {
    let mut found = Vec::new();
    let root = |parts: &[&str]| {
        parts
            .iter()
            .map(|part| Key::from(*part))
            .collect::<Vec<_>>()
    };
    each(&spec.rule.any, &root(&["match", "any"]), &mut found);
    each(&spec.rule.all, &root(&["match", "all"]), &mut found);
    if let Some(sequence) = &spec.sequence {
        each(&sequence.steps, &root(&["sequence", "steps"]), &mut found);
    }
    each(&spec.cleared_by, &root(&["cleared_by"]), &mut found);
    found
}

fn each<'s>(nodes: &'s [Node], path: &[Key], found: &mut Vec<(&'s Node, Vec<Key>)>) {
    for (index, node) in nodes.iter().enumerate() {
        collect(node, [path, &[index.into()]].concat(), found);
    }
}

fn collect<'s>(node: &'s Node, path: Vec<Key>, found: &mut Vec<(&'s Node, Vec<Key>)>) {
    found.push((node, path.clone()));
    let below = |names: &[&str]| {
        let names = names.iter().map(|name| Key::from(*name));
        path.iter().cloned().chain(names).collect::<Vec<_>>()
    };
    match node {
        Node::Line(_) | Node::Fact(_) => {}
        Node::Any(nodes) => each(nodes, &below(&["any"]), found),
        Node::All(nodes) => each(nodes, &below(&["all"]), found),
        Node::Absent(node) => collect(node, below(&["absent"]), found),
        Node::Given(node) => collect(node, below(&["given"]), found),
        Node::Sequence(sequence) => each(&sequence.steps, &below(&["sequence", "steps"]), found),
        Node::Count(count) => {
            collect(&count.of, below(&["count", "of"]), found);
            if let Some(among) = &count.among {
                collect(among, below(&["count", "among"]), found);
            }
        }
    }
}

/// Where the leaf of this number stands in its file.
pub fn leaf_path(spec: &Spec, leaf: usize) -> Vec<Key> {
    let mut leaves = nodes(spec)
        .into_iter()
        .filter(|(node, _)| matches!(node, Node::Line(_) | Node::Fact(_)));
    leaves
        .nth(leaf)
        .map_or_else(|| vec!["match".into()], |(_, path)| path)
}

fn line_leaves(spec: &Spec) -> impl Iterator<Item = &Line> {
    nodes(spec).into_iter().filter_map(|(node, _)| match node {
        Node::Line(line) => Some(line),
        _ => None,
    })
}

fn fact_leaves(spec: &Spec) -> impl Iterator<Item = &Fact> {
    nodes(spec).into_iter().filter_map(|(node, _)| match node {
        Node::Fact(fact) => Some(fact),
        _ => None,
    })
}

/// The names of all fields that the fact leaves may show.
fn fact_fields(spec: &Spec) -> impl Iterator<Item = &'static str> {
    let kinds = fact_leaves(spec).filter_map(|fact| Kind::of(&fact.kind));
    kinds.flat_map(|kind| kind.fields.iter().map(|field| field.name))
}

fn captures_of(line: &Line) -> Vec<String> {
    let regex = line.regex.as_deref();
    let regex = regex.and_then(|pattern| build_regex(pattern, line.ignore_case).ok());
    regex.map_or_else(Vec::new, |regex| {
        regex.capture_names().flatten().map(str::to_owned).collect()
    })
}

/// The words of three letters or more in the literals, in lower case.
fn literal_words(spec: &Spec) -> BTreeSet<String> {
    let literals = line_leaves(spec).flat_map(|line| &line.literal);
    let words = literals.flat_map(|literal| {
        // The whole literal, too: some have no words.
        let parts = literal.split(|c: char| !c.is_alphanumeric());
        parts.chain([literal.as_str()])
    });
    words
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
