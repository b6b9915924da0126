//! Turns the leaves of a signature into what the matcher runs: anchors, byte literals, regexes, and tests of facts.
//!
//! A bundle meets few of the leaves, and every start waits until all of them are there. What no prefilter needs is therefore
//! compiled when a leaf is first met.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use super::capturing::{Captured, Capturing};
use super::condition::{self, Test};
use super::required::required_words;
use super::schema::{Fact as FactSpec, Line, TextRule};
use crate::fact::Kind;
use crate::fact::row::ByPosition;
use crate::source::component::{Component, ComponentSet, scope};
use crate::text::commonness::rarest_run;

/// Bytes that one compiled regex may take, and its lazy DFA as much again.
pub(super) const REGEX_SIZE_LIMIT: usize = 2 << 20;

/// A leaf of a signature, ready to be matched.
#[derive(Debug)]
pub enum Leaf {
    /// Against record texts.
    Line(Box<LineLeaf>),
    /// Against facts.
    Fact(FactLeaf),
}

impl Leaf {
    /// The line leaf, if it is one.
    pub fn as_line(&self) -> Option<&LineLeaf> {
        match self {
            Leaf::Line(line) => Some(line),
            Leaf::Fact(_) => None,
        }
    }

    /// The fact leaf, if it is one.
    pub fn as_fact(&self) -> Option<&FactLeaf> {
        match self {
            Leaf::Fact(fact) => Some(fact),
            Leaf::Line(_) => None,
        }
    }

    /// Whether every match of the leaf names this entity by itself.
    pub fn provides(&self, entity: &str) -> bool {
        match self {
            Leaf::Line(line) => line.captures(entity),
            Leaf::Fact(fact) => fact
                .kind
                .fields
                .iter()
                .any(|field| field.entity == Some(entity)),
        }
    }
}

/// What a signature makes of captures and fields: their names to those of entities.
pub type Entities = Arc<BTreeMap<String, String>>;

/// A leaf that looks at typed rows.
#[derive(Debug)]
pub struct FactLeaf {
    /// The kind of fact that it looks at.
    pub kind: &'static Kind,
    /// The fields that it tests, by their place in [`Kind::fields`]; what rejects a fact most cheaply first.
    tests: Vec<(usize, Vec<Test>)>,
    entities: Entities,
    /// For each field of the kind how a finding names it, if it does.
    shown: OnceLock<Vec<Option<ShownField>>>,
    /// Whether a test is broken; then nothing matches. The linter reports such leaves.
    is_broken: bool,
}

/// How a finding names a field of a fact.
#[derive(Debug)]
pub struct ShownField {
    /// The entity that the signature makes of it, or else its kind.
    pub entity: Option<Cow<'static, str>>,
    /// Whether it names something that lives in a namespace.
    pub is_namespaced: bool,
}

/// Entities that live in a namespace.
const NAMESPACED: [&str; 8] = [
    "pod",
    "pvc",
    "service",
    "ingress",
    "workload",
    "secret",
    "configmap",
    "release",
];

impl FactLeaf {
    /// Whether it asks how a container was before its last start.
    pub fn looks_back(&self) -> bool {
        let mut tested = self.tests.iter();
        tested.any(|(place, _)| {
            let field = self.kind.fields.get(*place);
            field.is_some_and(|field| field.name.starts_with("last_state"))
        })
    }

    /// Compiles a leaf; `None` if there is no such kind, which the linter reports.
    pub fn new(spec: &FactSpec, entities: &Entities) -> Option<Self> {
        let kind = Kind::of(&spec.kind)?;
        let mut leaf = FactLeaf {
            kind,
            tests: Vec::new(),
            entities: Arc::clone(entities),
            shown: OnceLock::new(),
            is_broken: false,
        };
        for (name, wanted) in &spec.conditions {
            match (kind.position(name), condition::compile(kind, name, wanted)) {
                (Some(position), Ok(tests)) => leaf.tests.push((position, tests)),
                _ => leaf.is_broken = true,
            }
        }
        leaf.tests.sort_by_key(|(_, tests)| condition::cost(tests));
        Some(leaf)
    }

    /// Whether a fact of the right kind passes.
    pub fn accepts(&self, fact: &ByPosition<'_, '_>) -> bool {
        !self.is_broken && self.unmet(fact).next().is_none()
    }

    /// The fields, by their place in [`Kind::fields`], that are not what the leaf wants, in the order in which it tests them.
    pub fn unmet(&self, fact: &ByPosition<'_, '_>) -> impl Iterator<Item = usize> {
        let tests = self.tests.iter();
        let unmet = tests.filter(|(position, tests)| !condition::holds(tests, fact, *position));
        unmet.map(|(position, _)| *position)
    }

    /// The fields that a fact must know to pass, and those that it must not know, as bits in the order of [`Kind::fields`].
    pub fn needs(&self) -> (u64, u64) {
        let mut needs = (0, 0);
        for (position, tests) in &self.tests {
            match condition::needs_known(tests) {
                Some(true) => needs.0 |= 1 << position,
                Some(false) => needs.1 |= 1 << position,
                None => {}
            }
        }
        needs
    }

    /// The places in [`Kind::fields`] of texts that must have one of these digests, for a first look at a fact.
    pub fn digests(&self) -> impl Iterator<Item = (usize, Vec<u64>)> {
        let tests = self.tests.iter();
        tests.filter_map(|(position, tests)| Some((*position, condition::digests(tests)?)))
    }

    /// The places in [`Kind::fields`] of numbers that must lie within bounds, for a first look at a fact.
    pub fn bounds(&self) -> impl Iterator<Item = (usize, [f64; 2])> {
        let tests = self.tests.iter();
        tests.filter_map(|(position, tests)| Some((*position, condition::bounds(tests)?)))
    }

    /// What it asks for, in words that differ from those of every other leaf that asks for something else.
    pub fn asks(&self) -> String {
        format!("{:?} {:?}", self.kind, self.tests)
    }

    /// The fields that it tests, by their place in [`Kind::fields`].
    pub fn tested(&self) -> impl Iterator<Item = usize> {
        self.tests.iter().map(|(position, _)| *position)
    }

    /// How a finding names the field at this place of [`Kind::fields`]; not at all if it is neither tested nor an entity.
    pub fn shown(&self, position: usize) -> Option<&ShownField> {
        let shown = self.shown.get_or_init(|| self.shown_fields());
        shown.get(position)?.as_ref()
    }

    fn shown_fields(&self) -> Vec<Option<ShownField>> {
        let shown = self.kind.fields.iter().enumerate().map(|(place, field)| {
            let given = self.entities.get(field.name);
            let entity = given.map(|name| Cow::Owned(name.clone()));
            let entity = entity.or_else(|| field.entity.map(Cow::Borrowed));
            let is_tested = self.tested().any(|tested| tested == place);
            (is_tested || entity.is_some()).then(|| ShownField {
                entity,
                is_namespaced: field.entity.is_some_and(|own| NAMESPACED.contains(&own)),
            })
        });
        shown.collect()
    }
}

/// A leaf that looks at record texts.
#[derive(Debug)]
pub struct LineLeaf {
    /// The components whose lines it looks at.
    pub scope: ComponentSet,
    line: Line,
    /// The exclusions of the whole signature.
    shared_none: Arc<[TextRule]>,
    entities: Entities,
    /// What a line must hold as it stands in the member: of each set of words one.
    words: OnceLock<Vec<Vec<memmem::Finder<'static>>>>,
    tests: OnceLock<LineTests>,
}

/// What became of a record that a leaf was held against.
#[derive(Debug)]
pub enum Judged<'l, 't> {
    /// It passes, with what the regex captured, if there is one.
    Passes(Option<Captured<'l>>),
    /// Somebody speaks whom the leaf does not listen to.
    OtherComponent(Component),
    /// It holds none of the literals as they are written.
    NoLiteral,
    /// The regex does not match.
    NoRegex,
    /// This exclusion matches: those of the leaf are numbered first, then those of the whole signature.
    Excluded(usize),
    /// A capture is not what the leaf wants.
    Unmet {
        /// Its name.
        capture: &'l str,
        /// What was captured; empty if nothing was.
        value: &'t [u8],
    },
}

/// What a record text must pass.
#[derive(Debug)]
struct LineTests {
    /// What it must hold.
    text: TextTest,
    /// What it must not hold.
    none: Vec<TextTest>,
    /// What its captures must be.
    conditions: Vec<(String, Vec<Test>)>,
}

impl LineLeaf {
    /// Compiles a leaf; `shared_none` are the exclusions of the whole signature. Unknown components are left out: the
    /// linter reports them.
    pub fn new(line: Line, shared_none: &Arc<[TextRule]>, entities: &Entities) -> Self {
        let scopes = line.component.iter().filter_map(|name| scope(name));
        let scope = match line.component.is_empty() {
            true => ComponentSet::all_but_echoes(),
            false => scopes.flatten().collect(),
        };
        LineLeaf {
            scope,
            line,
            shared_none: Arc::clone(shared_none),
            entities: Arc::clone(entities),
            words: OnceLock::new(),
            tests: OnceLock::new(),
        }
    }

    /// Whether the record of this line may pass: a first look, before the line is understood.
    pub fn may_pass(&self, line: &[u8]) -> bool {
        let words = self.words.get_or_init(|| self.words());
        let mut sets = words.iter();
        sets.all(|words| words.iter().any(|word| word.find(line).is_some()))
    }

    fn words(&self) -> Vec<Vec<memmem::Finder<'static>>> {
        if self.line.ignore_case {
            return Vec::new();
        }
        let anchors: Vec<&[u8]> = self.anchors().collect();
        let pattern = self.line.regex.as_deref();
        let words = pattern.map(|pattern| required_words(pattern, &anchors));
        // The search for anchors ignores case.
        let anchor = match anchors.as_slice() {
            [anchor] => vec![anchor.to_vec()],
            _ => Vec::new(),
        };
        let sets = words.into_iter().chain([anchor]);
        sets.filter(|words| !words.is_empty())
            .map(|words| {
                let words = words.iter();
                words
                    .map(|word| memmem::Finder::new(word).into_owned())
                    .collect()
            })
            .collect()
    }

    /// What the block scan searches for, ASCII case ignored: one for each literal.
    pub fn anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.line.literal.iter().map(|literal| anchor_of(literal))
    }

    /// Whether its regex captures this entity.
    fn captures(&self, entity: &str) -> bool {
        let mut captured = capture_names(self.line.regex.as_deref().unwrap_or(""));
        captured.any(|name| self.entities.get(name).is_some_and(|named| named == entity))
    }

    /// Whether a record of this text passes, and what is wrong first if it does not. `speaker` is `None` when nobody knows who
    /// speaks: then anybody may.
    pub fn judge<'t>(&self, speaker: Option<Component>, text: &'t [u8]) -> Judged<'_, 't> {
        if let Some(speaker) = speaker.filter(|speaker| !self.scope.admits(*speaker)) {
            return Judged::OtherComponent(speaker);
        }
        let tests = self.tests.get_or_init(|| self.tests());
        if !tests.text.holds_literal(text) {
            return Judged::NoLiteral;
        }
        let captured = match &tests.text.regex {
            None => None,
            Some(regex) => match regex.capturing().map(|regex| regex.captures(text)) {
                None if regex.compiled().is_match(text) => None,
                None | Some(None) => return Judged::NoRegex,
                Some(captured) => captured,
            },
        };
        let mut none = tests.none.iter();
        if let Some(exclusion) = none.position(|exclusion| exclusion.accepts(text)) {
            return Judged::Excluded(exclusion);
        }
        if let Some(captured) = &captured {
            for (capture, tests) in &tests.conditions {
                let value = captured.range(capture).and_then(|range| text.get(range));
                let value = value.unwrap_or_default();
                if !condition::holds_for_text(tests, &String::from_utf8_lossy(value)) {
                    return Judged::Unmet { capture, value };
                }
            }
        }
        Judged::Passes(captured)
    }

    /// The leaf as it is written.
    pub fn written(&self) -> &Line {
        &self.line
    }

    /// What excludes a line, in the order in which [`Judged::Excluded`] numbers them.
    pub fn exclusions(&self) -> impl Iterator<Item = &TextRule> {
        self.line.none.iter().chain(self.shared_none.iter())
    }

    fn tests(&self) -> LineTests {
        let line = &self.line;
        let conditions = line.conditions.iter().filter_map(|(name, wanted)| {
            let tests = condition::compile_for_capture(wanted).ok()?;
            Some((name.clone(), tests))
        });
        LineTests {
            text: TextTest::new(&line.literal, line.regex.as_deref(), line.ignore_case),
            none: self.exclusions().map(TextTest::from).collect(),
            conditions: conditions.collect(),
        }
    }
}

/// The names of the groups of a pattern, without compiling it.
fn capture_names(pattern: &str) -> impl Iterator<Item = &str> {
    let groups = pattern.split("(?").skip(1);
    groups.filter_map(|group| {
        let name = group
            .strip_prefix("P<")
            .or_else(|| group.strip_prefix('<'))?;
        name.split_once('>').map(|(name, _)| name)
    })
}

/// The part of a literal that the block scan searches for: of its stretches without quotes and backslashes, which raw lines may
/// escape, the one that is rarest in logs; the longest, if all are too short to tell.
pub fn anchor_of(literal: &str) -> &[u8] {
    if memchr::memchr2(b'"', b'\\', literal.as_bytes()).is_none() {
        return literal.as_bytes();
    }
    let serves = |stretch: &str| (-rarest_run(stretch.as_bytes()), stretch.len());
    let stretches = literal.split(['"', '\\']);
    // Of equals the first is the one that readers expect.
    let best = stretches.reduce(|best, next| {
        if serves(next) > serves(best) {
            next
        } else {
            best
        }
    });
    best.unwrap_or("").as_bytes()
}

/// A test of one record text: any of the literals, and the regex.
#[derive(Debug)]
struct TextTest {
    literals: Literals,
    regex: Option<LazyRegex>,
}

#[derive(Debug)]
enum Literals {
    Exact(Vec<memmem::Finder<'static>>),
    IgnoringCase(LazyRegex),
}

impl TextTest {
    fn new(literals: &[String], regex: Option<&str>, ignore_case: bool) -> Self {
        let literals = if ignore_case && !literals.is_empty() {
            let escaped: Vec<String> = literals
                .iter()
                .map(|literal| regex::escape(literal))
                .collect();
            Literals::IgnoringCase(LazyRegex::new(&escaped.join("|"), true))
        } else {
            Literals::Exact(
                literals
                    .iter()
                    .map(|literal| memmem::Finder::new(literal).into_owned())
                    .collect(),
            )
        };
        TextTest {
            literals,
            regex: regex.map(|pattern| LazyRegex::new(pattern, ignore_case)),
        }
    }

    /// Whether the text passes.
    fn accepts(&self, text: &[u8]) -> bool {
        self.holds_literal(text)
            && self
                .regex
                .as_ref()
                .is_none_or(|regex| regex.compiled().is_match(text))
    }

    fn holds_literal(&self, text: &[u8]) -> bool {
        match &self.literals {
            Literals::Exact(finders) => {
                finders.is_empty() || finders.iter().any(|finder| finder.find(text).is_some())
            }
            Literals::IgnoringCase(regex) => regex.compiled().is_match(text),
        }
    }
}

impl From<&TextRule> for TextTest {
    fn from(rule: &TextRule) -> Self {
        TextTest::new(&rule.literal, rule.regex.as_deref(), rule.ignore_case)
    }
}

/// A regex that is compiled when it is first needed: few of hundreds are.
#[derive(Debug)]
pub(super) struct LazyRegex {
    pattern: String,
    ignore_case: bool,
    compiled: OnceLock<Regex>,
    capturing: OnceLock<Option<Box<Capturing>>>,
}

impl LazyRegex {
    pub(super) fn new(pattern: &str, ignore_case: bool) -> Self {
        LazyRegex {
            pattern: pattern.to_owned(),
            ignore_case,
            compiled: OnceLock::new(),
            capturing: OnceLock::new(),
        }
    }

    /// The same as one that captures, if its groups have names.
    fn capturing(&self) -> Option<&Capturing> {
        let new = || {
            // Without names nothing is asked for but whether it matches: another regex tells that.
            let mut names = capture_names(&self.pattern);
            names.next()?;
            Some(Box::new(Capturing::new(&self.pattern, self.ignore_case)))
        };
        self.capturing.get_or_init(new).as_deref()
    }

    pub(super) fn compiled(&self) -> &Regex {
        self.compiled.get_or_init(|| {
            build_regex(&self.pattern, self.ignore_case)
                .expect("every regex was built once when its file was loaded")
        })
    }
}

/// Builds a regex as the matcher runs it: on bytes, ASCII classes, bounded in size.
///
/// # Errors
/// The reason why the pattern is refused.
pub fn build_regex(pattern: &str, ignore_case: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .case_insensitive(ignore_case)
        .size_limit(REGEX_SIZE_LIMIT)
        .dfa_size_limit(REGEX_SIZE_LIMIT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_anchor_is_the_best_stretch_that_nothing_escapes() {
        for (literal, expected) in [
            ("neighbor table overflow", "neighbor table overflow"),
            ("failed to \"StartContainer\" for", "StartContainer"),
            ("ab\"cd", "ab"),
            ("configmap \"tke-config\" not found", "tke-config"),
        ] {
            assert_eq!(anchor_of(literal), expected.as_bytes(), "{literal}");
        }
    }

    #[test]
    fn case_counts_unless_it_is_ignored() {
        let exact = TextTest::new(&["Failed".into()], Some("pull (?<image>\\S+)"), false);
        assert!(exact.accepts(b"Failed to pull a"));
        assert!(!exact.accepts(b"failed to pull a"));
        let loose = TextTest::new(&["Failed".into()], Some("PULL (?<image>\\S+)"), true);
        assert!(loose.accepts(b"failed to pull a"));
    }
}
