//! Turns the leaves of a signature into what the matcher runs: byte literals, anchors and lazily compiled regexes.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use super::schema::{Line, TextRule};
use crate::source::component::{ComponentSet, scope};

/// Bytes that one compiled regex may take, and its lazy DFA as much again.
const REGEX_SIZE_LIMIT: usize = 2 << 20;

/// A leaf of a signature, ready to be matched against record texts.
#[derive(Debug)]
pub struct Leaf {
    /// The components whose lines it looks at.
    pub scope: ComponentSet,
    /// What the block scan searches for, ASCII case ignored: one for each literal.
    pub anchors: Vec<Vec<u8>>,
    /// What the record text must hold.
    pub text: TextTest,
    /// What it must not hold.
    pub none: Vec<TextTest>,
}

impl Leaf {
    /// Compiles a leaf; `shared_none` are the exclusions of the whole signature. Unknown components are left out: the
    /// linter reports them.
    pub fn new(line: &Line, shared_none: &[TextRule]) -> Self {
        let scopes = line.component.iter().filter_map(|name| scope(name));
        let scope = match line.component.is_empty() {
            true => ComponentSet::all_but_echoes(),
            false => scopes.flatten().collect(),
        };
        Leaf {
            scope,
            anchors: line
                .literal
                .iter()
                .map(|literal| anchor_of(literal).to_vec())
                .collect(),
            text: TextTest::new(&line.literal, line.regex.as_deref(), line.ignore_case),
            none: line
                .none
                .iter()
                .chain(shared_none)
                .map(TextTest::from)
                .collect(),
        }
    }
}

/// The part of a literal that the block scan searches for: its longest stretch without quotes and backslashes, which
/// raw lines may escape.
pub fn anchor_of(literal: &str) -> &[u8] {
    // `max_by_key` keeps the last of equals; the first is the one that readers expect.
    literal
        .split(['"', '\\'])
        .rev()
        .max_by_key(|stretch| stretch.len())
        .unwrap_or("")
        .as_bytes()
}

/// A test of one record text: any of the literals, and the regex.
#[derive(Debug)]
pub struct TextTest {
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
    pub fn accepts(&self, text: &[u8]) -> bool {
        self.holds_literal(text)
            && self
                .regex
                .as_ref()
                .is_none_or(|regex| regex.compiled().is_match(text))
    }

    /// The captures of the regex if the text passes; `Some(None)` if it passes and there is no regex.
    pub fn captures<'t>(&self, text: &'t [u8]) -> Option<Option<regex::bytes::Captures<'t>>> {
        if !self.holds_literal(text) {
            return None;
        }
        match &self.regex {
            None => Some(None),
            Some(regex) => regex.compiled().captures(text).map(Some),
        }
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
struct LazyRegex {
    pattern: String,
    ignore_case: bool,
    compiled: OnceLock<Regex>,
}

impl LazyRegex {
    fn new(pattern: &str, ignore_case: bool) -> Self {
        LazyRegex {
            pattern: pattern.to_owned(),
            ignore_case,
            compiled: OnceLock::new(),
        }
    }

    fn compiled(&self) -> &Regex {
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
    fn the_anchor_is_the_longest_stretch_that_nothing_escapes() {
        for (literal, expected) in [
            ("neighbor table overflow", "neighbor table overflow"),
            ("failed to \"StartContainer\" for", "StartContainer"),
            ("ab\"cd", "ab"),
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
