//! A regex with groups, and what they captured.
//!
//! Most patterns begin with one of a few literals: it is enough to ask whether there is a match where one of these stands. A one-pass
//! automaton, if one can be made, says that and what the groups hold at once. The general engine goes over the same bytes up to three
//! times: where a match ends, where it begins, what it captured. It is asked for all other patterns, and where a text holds the
//! literals many times, so that the time stays linear in the text. Either way the match is the leftmost, of those the one that the
//! pattern prefers.

use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem::Finder;
use regex_automata::dfa::onepass;
use regex_automata::meta;
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::{NonMaxUsize, PatternID};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::Extractor;

use super::compile::REGEX_SIZE_LIMIT;

/// Bytes that a one-pass automaton may take.
const AUTOMATON_BYTES: usize = 256 << 10;
/// Literals that a pattern may begin with: each costs a search.
const MAX_LITERALS: usize = 4;
/// The shortest literal that is worth a search.
const MIN_LITERAL_BYTES: usize = 3;
/// Places from which a match is tried before all of the text is searched.
const MAX_ATTEMPTS: usize = 8;

/// A regex with groups.
#[derive(Debug)]
pub(super) struct Capturing {
    pattern: String,
    ignore_case: bool,
    /// Every match begins with one of them, if there are any.
    literals: Vec<Finder<'static>>,
    /// What follows a match from its begin, if one pass is enough.
    one_pass: Option<onepass::DFA>,
    general: OnceLock<meta::Regex>,
    /// The names of its groups, the whole match first.
    names: Vec<Option<Box<str>>>,
}

/// What the groups of a regex hold.
#[derive(Clone, Debug)]
pub struct Captured<'r> {
    names: &'r [Option<Box<str>>],
    /// Where each group begins and ends.
    slots: Vec<Option<NonMaxUsize>>,
}

impl Captured<'_> {
    /// Where the group of this name lies, if it took part in the match.
    pub fn range(&self, name: &str) -> Option<Range<usize>> {
        let mut names = self.names.iter();
        let group = names.position(|own| own.as_deref() == Some(name))?;
        match self.slots.get(2 * group..2 * group + 2)? {
            [Some(start), Some(end)] => Some(start.get()..end.get()),
            _ => None,
        }
    }
}

/// Where the groups of a match begin and end; `None` without a match.
type Slots = Option<Vec<Option<NonMaxUsize>>>;

impl Capturing {
    pub(super) fn new(pattern: &str, ignore_case: bool) -> Self {
        let literals = match ignore_case {
            true => Vec::new(),
            false => first_literals(pattern),
        };
        let mut capturing = Capturing {
            pattern: pattern.to_owned(),
            ignore_case,
            one_pass: (!literals.is_empty()).then(|| one_pass(pattern)).flatten(),
            literals,
            general: OnceLock::new(),
            names: Vec::new(),
        };
        let groups = match &capturing.one_pass {
            Some(automaton) => automaton.get_nfa().group_info(),
            None => capturing.general().group_info(),
        };
        let names = groups.pattern_names(PatternID::ZERO);
        capturing.names = names.map(|name| name.map(Box::from)).collect();
        capturing
    }

    /// What its groups hold of the first match in `text`.
    pub(super) fn captures(&self, text: &[u8]) -> Option<Captured<'_>> {
        let slots = match self.literals.is_empty() {
            true => self.search(&Input::new(text)),
            false => self.find(text),
        };
        let names = &self.names;
        slots.map(|slots| Captured { names, slots })
    }

    /// Looks for a match where one of the literals stands.
    fn find(&self, text: &[u8]) -> Slots {
        let mut next: Vec<Option<usize>> = self.literals.iter().map(|it| it.find(text)).collect();
        for _ in 0..MAX_ATTEMPTS {
            let start = next.iter().copied().flatten().min()?;
            let input = Input::new(text).range(start..).anchored(Anchored::Yes);
            let found = self.follow(&input);
            if found.is_some() {
                return found;
            }
            let from = start + 1;
            for (next, literal) in next.iter_mut().zip(&self.literals) {
                if *next == Some(start) {
                    let rest = text.get(from..).unwrap_or_default();
                    *next = literal.find(rest).map(|at| from + at);
                }
            }
        }
        self.search(&Input::new(text))
    }

    /// Follows a match that begins where `input` does.
    fn follow(&self, input: &Input<'_>) -> Slots {
        let Some(automaton) = &self.one_pass else {
            return self.search(input);
        };
        let mut cache = automaton.create_cache();
        let mut slots = self.empty_slots();
        match automaton.try_search_slots(&mut cache, input, &mut slots) {
            Ok(found) => found.map(|_| slots),
            Err(_) => self.search(input),
        }
    }

    fn search(&self, input: &Input<'_>) -> Slots {
        let mut slots = self.empty_slots();
        self.general()
            .search_slots(input, &mut slots)
            .map(|_| slots)
    }

    fn empty_slots(&self) -> Vec<Option<NonMaxUsize>> {
        vec![None; 2 * self.names.len()]
    }

    fn general(&self) -> &meta::Regex {
        self.general.get_or_init(|| {
            meta::Regex::builder()
                .syntax(syntax_config().case_insensitive(self.ignore_case))
                .configure(
                    meta::Config::new()
                        .utf8_empty(false)
                        .nfa_size_limit(Some(REGEX_SIZE_LIMIT))
                        .hybrid_cache_capacity(REGEX_SIZE_LIMIT),
                )
                .build(&self.pattern)
                .expect("every regex was built once when its file was loaded")
        })
    }
}

fn syntax_config() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

/// The literals of which every match of a pattern begins with one, if they are few and long enough to be searched for.
fn first_literals(pattern: &str) -> Vec<Finder<'static>> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    let Ok(parsed) = parser.parse(pattern) else {
        return Vec::new();
    };
    let prefixes = Extractor::new().extract(&parsed);
    let literals = prefixes.literals().unwrap_or_default();
    let is_short = |literal: &[u8]| literal.len() < MIN_LITERAL_BYTES;
    if literals.len() > MAX_LITERALS || literals.iter().any(|it| is_short(it.as_bytes())) {
        return Vec::new();
    }
    let finders = literals.iter().map(|it| Finder::new(it.as_bytes()));
    finders.map(Finder::into_owned).collect()
}

fn one_pass(pattern: &str) -> Option<onepass::DFA> {
    onepass::DFA::builder()
        .syntax(syntax_config())
        .thompson(thompson::Config::new().utf8(false))
        .configure(onepass::Config::new().size_limit(Some(AUTOMATON_BYTES)))
        .build(pattern)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SignatureSet;
    use crate::signature::compile::build_regex;
    use crate::signature::schema::Line;
    use proptest::prelude::*;

    /// What the regex crate says, group by group.
    fn expected(pattern: &str, text: &[u8]) -> Option<Vec<Option<Range<usize>>>> {
        let regex = build_regex(pattern, false).expect("it is a pattern");
        let captures = regex.captures(text)?;
        let groups = captures.iter().map(|group| group.map(|it| it.range()));
        Some(groups.collect())
    }

    fn groups(captured: &Captured<'_>) -> Vec<Option<Range<usize>>> {
        let pairs = captured.slots.chunks(2).map(|pair| match pair {
            [Some(start), Some(end)] => Some(start.get()..end.get()),
            _ => None,
        });
        pairs.collect()
    }

    #[test]
    fn every_built_in_regex_captures_what_the_regex_crate_does() {
        let set = SignatureSet::builtin().expect("the built-in set");
        let (mut texts, mut in_one_pass) = (0, 0);
        for signature in set.iter() {
            let samples = &signature.spec().samples;
            let samples: Vec<&str> = samples
                .positive
                .iter()
                .map(|sample| sample.text.as_str())
                .chain(samples.negative.iter().map(|sample| sample.text.as_str()))
                .collect();
            let leaves = signature.line_leaves().map(|leaf| leaf.written());
            for Line {
                regex, ignore_case, ..
            } in leaves
            {
                let pattern = regex.as_deref().unwrap_or_default();
                if *ignore_case {
                    continue;
                }
                let capturing = Capturing::new(pattern, false);
                in_one_pass += usize::from(capturing.one_pass.is_some());
                for text in samples.iter().flat_map(|sample| sample.lines()) {
                    let text = text.as_bytes();
                    let found = capturing.captures(text);
                    let found = found.as_ref().map(groups);
                    assert_eq!(found, expected(pattern, text), "{} {pattern}", signature.id);
                    texts += 1;
                }
            }
        }
        assert!(texts > 1_000 && in_one_pass > 100, "{texts} {in_one_pass}");
    }

    #[test]
    fn where_a_literal_comes_again_and_again_all_of_the_text_is_searched() {
        for (pattern, text, found) in [
            ("abc(?<rest>[^x]*)x", "abc".repeat(1 << 18), None),
            ("abc(?<rest>[^a]+)", "abc".repeat(99) + "d", Some(297..298)),
            ("abc(?<rest>[^a]+)", "abcd".to_owned(), Some(3..4)),
        ] {
            let capturing = Capturing::new(pattern, false);
            assert!(capturing.one_pass.is_some(), "{pattern}");
            let captured = capturing.captures(text.as_bytes());
            let range = captured.and_then(|captured| captured.range("rest"));
            assert_eq!(range, found, "{pattern}");
            assert_eq!(
                capturing.general.get().is_some(),
                text.len() > 4,
                "{pattern}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_captured_as_by_the_regex_crate(text in "(abc|de|[a-e: ]){0,30}") {
            for (pattern, is_one_pass) in [
                ("abc(?<x>[^:]*):(?<y>d)?", true),
                ("(?:abc|dea)(?<x>[^:]+):", true),
                ("abc (?<x>\\S+)", true),
                ("abc(?<x>[^ce]+)?(?<y>c)?e", true),
                ("abc(?<x>.*)(?<y>d|de)", false),
                ("(?:abc|dea)(?<x>.*?)(?<y>:+)?e", false),
            ] {
                let capturing = Capturing::new(pattern, false);
                prop_assert_eq!(capturing.one_pass.is_some(), is_one_pass, "{}", pattern);
                let found = capturing.captures(text.as_bytes());
                let found = found.as_ref().map(groups);
                prop_assert_eq!(found, expected(pattern, text.as_bytes()), "{}", pattern);
            }
        }
    }
}
