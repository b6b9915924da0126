//! A regex with groups, and what they captured.
//!
//! Most patterns begin with one of a few literals and can be followed in one pass: from where such a literal stands, a one-pass automaton says
//! at once whether there is a match and what its groups hold. The regex crate goes over the same bytes three times: where a match
//! ends, where it begins, what it captured. It is asked for all other patterns, and where a text holds the literals many times, so that
//! the time stays linear in the text. Either way the match is the leftmost, of those the one that the pattern prefers.

use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::Regex;
use regex_automata::dfa::onepass;
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::{NonMaxUsize, PatternID};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::Extractor;

use super::compile::build_regex;

/// Bytes that a one-pass automaton may take.
const AUTOMATON_BYTES: usize = 256 << 10;
/// Literals that a pattern may begin with: each costs a search.
const MAX_LITERALS: usize = 4;
/// The shortest literal that is worth a search.
const MIN_LITERAL_BYTES: usize = 3;
/// Places from which a match is tried before the regex crate is asked.
const MAX_ATTEMPTS: usize = 8;

/// A regex with groups.
#[derive(Debug)]
pub(super) struct Capturing {
    pattern: String,
    ignore_case: bool,
    one_pass: Option<OnePass>,
    general: OnceLock<Regex>,
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

impl Capturing {
    pub(super) fn new(pattern: &str, ignore_case: bool) -> Self {
        let one_pass = match ignore_case {
            true => None,
            false => OnePass::new(pattern),
        };
        let general = OnceLock::new();
        let names: Vec<_> = match &one_pass {
            Some(one_pass) => one_pass.names().map(|name| name.map(Box::from)).collect(),
            None => {
                let regex = general.get_or_init(|| compiled(pattern, ignore_case));
                let names = regex.capture_names();
                names.map(|name| name.map(Box::from)).collect()
            }
        };
        Capturing {
            pattern: pattern.to_owned(),
            ignore_case,
            one_pass,
            general,
            names,
        }
    }

    /// What its groups hold of the first match in `text`.
    pub(super) fn captures(&self, text: &[u8]) -> Option<Captured<'_>> {
        let attempt = self.one_pass.as_ref().map(|one_pass| one_pass.find(text));
        let slots = match attempt {
            Some(Ok(slots)) => slots,
            None | Some(Err(Undecided)) => self.ask_general(text),
        };
        let names = &self.names;
        slots.map(|slots| Captured { names, slots })
    }

    fn ask_general(&self, text: &[u8]) -> Option<Vec<Option<NonMaxUsize>>> {
        let regex = self
            .general
            .get_or_init(|| compiled(&self.pattern, self.ignore_case));
        let mut groups = regex.capture_locations();
        regex.captures_read(&mut groups, text)?;
        let ends = (0..groups.len()).flat_map(|group| {
            let range = groups.get(group);
            [range.map(|(start, _)| start), range.map(|(_, end)| end)]
        });
        Some(ends.map(|end| end.and_then(NonMaxUsize::new)).collect())
    }
}

fn compiled(pattern: &str, ignore_case: bool) -> Regex {
    build_regex(pattern, ignore_case).expect("every regex was built once when its file was loaded")
}

/// A pattern that begins with a literal and can be followed in one pass.
#[derive(Debug)]
struct OnePass {
    /// Every match begins with one of them.
    literals: Vec<memmem::Finder<'static>>,
    automaton: onepass::DFA,
}

/// It would take too long to say whether there is a match.
struct Undecided;

impl OnePass {
    fn new(pattern: &str) -> Option<Self> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        let prefixes = Extractor::new().extract(&parser.parse(pattern).ok()?);
        let literals = prefixes.literals()?;
        let is_short = |literal: &[u8]| literal.len() < MIN_LITERAL_BYTES;
        if literals.len() > MAX_LITERALS || literals.iter().any(|it| is_short(it.as_bytes())) {
            return None;
        }
        let automaton = onepass::DFA::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().utf8(false))
            .configure(onepass::Config::new().size_limit(Some(AUTOMATON_BYTES)))
            .build(pattern)
            .ok()?;
        let finder = |literal: &[u8]| memmem::Finder::new(literal).into_owned();
        Some(OnePass {
            literals: literals.iter().map(|it| finder(it.as_bytes())).collect(),
            automaton,
        })
    }

    fn names(&self) -> impl Iterator<Item = Option<&str>> {
        let groups = self.automaton.get_nfa().group_info();
        groups.pattern_names(PatternID::ZERO)
    }

    fn find(&self, text: &[u8]) -> Result<Option<Vec<Option<NonMaxUsize>>>, Undecided> {
        let mut cache = self.automaton.create_cache();
        let mut slots = vec![None; self.automaton.get_nfa().group_info().slot_len()];
        let mut next: Vec<Option<usize>> = self.literals.iter().map(|it| it.find(text)).collect();
        for _ in 0..MAX_ATTEMPTS {
            let Some(start) = next.iter().copied().flatten().min() else {
                return Ok(None);
            };
            slots.fill(None);
            let input = Input::new(text).range(start..).anchored(Anchored::Yes);
            let found = self
                .automaton
                .try_search_slots(&mut cache, &input, &mut slots)
                .map_err(|_| Undecided)?;
            if found.is_some() {
                return Ok(Some(slots));
            }
            let from = start + 1;
            for (next, literal) in next.iter_mut().zip(&self.literals) {
                if *next == Some(start) {
                    let rest = text.get(from..).unwrap_or_default();
                    *next = literal.find(rest).map(|at| from + at);
                }
            }
        }
        Err(Undecided)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SignatureSet;
    use crate::signature::schema::Line;
    use proptest::prelude::*;

    /// What the regex crate says, group by group.
    fn expected(pattern: &str, text: &[u8]) -> Option<Vec<Option<Range<usize>>>> {
        let captures = compiled(pattern, false).captures(text)?;
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
    fn a_literal_that_comes_again_and_again_is_left_to_the_regex_crate() {
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
            for pattern in [
                "abc(?<x>[^:]*):(?<y>d)?",
                "(?:abc|dea)(?<x>[^:]+):",
                "abc (?<x>\\S+)",
                "abc(?<x>[^ce]+)?(?<y>c)?e",
            ] {
                let capturing = Capturing::new(pattern, false);
                prop_assert!(capturing.one_pass.is_some(), "{}", pattern);
                let found = capturing.captures(text.as_bytes());
                let found = found.as_ref().map(groups);
                prop_assert_eq!(found, expected(pattern, text.as_bytes()), "{}", pattern);
            }
        }
    }
}
