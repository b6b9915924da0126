//! Words without which a pattern cannot match: a line that lacks them need not be understood to know that.
//!
//! They are looked for in the line as it stands in the member, so they hold nothing that an envelope may escape or write in another way.

use memchr::memmem;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use crate::text::commonness::rarest;

/// The shortest word that is worth a search.
const MIN_BYTES: usize = 3;
/// Words of which any is enough: more of them cost more than they save.
const MAX_WORDS: usize = 8;

/// Words of which `pattern` cannot match without one: those that say most beside `known`, of which one is found already. Empty if there
/// are none.
pub(super) fn required_words(pattern: &str, known: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_or(Vec::new(), |hir| {
        Words::new(known).best_of(&hir).unwrap_or_default()
    })
}

/// Collects what must be in a text for a pattern to match.
struct Words<'k> {
    known: &'k [&'k [u8]],
    /// The word that may go on.
    current: Vec<u8>,
    /// The best so far, with how much they say: words of which one must be there.
    best: Option<(Says, Vec<Vec<u8>>)>,
}

/// How much a word says beside what is known; the one that says more is the greater.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Says {
    /// Minus how often its rarest stretch stands in a million positions of logs.
    rarity: f32,
    /// Its bytes that are not known to be there.
    bytes: usize,
}

impl Says {
    /// How much it says that one of two words is there.
    fn or(self, other: Self) -> Self {
        Says {
            rarity: self.rarity + other.rarity,
            bytes: self.bytes.min(other.bytes),
        }
    }
}

impl<'k> Words<'k> {
    fn new(known: &'k [&'k [u8]]) -> Self {
        Words {
            known,
            current: Vec::new(),
            best: None,
        }
    }

    fn best_of(mut self, hir: &Hir) -> Option<Vec<Vec<u8>>> {
        self.walk(hir);
        self.end();
        self.best.map(|(_, words)| words)
    }

    fn walk(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Literal(literal) => literal.0.iter().for_each(|byte| self.byte(*byte)),
            HirKind::Capture(capture) => self.walk(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.walk(part)),
            HirKind::Repetition(repetition) => {
                self.end();
                if repetition.min > 0 {
                    self.walk(&repetition.sub);
                    self.end();
                }
            }
            HirKind::Alternation(branches) => {
                self.end();
                let known = self.known;
                let words = branches
                    .iter()
                    .map(|branch| Words::new(known).best_of(branch));
                if let Some(words) = words.collect::<Option<Vec<_>>>() {
                    self.offer(words.concat());
                }
            }
            HirKind::Class(_) => self.end(),
            HirKind::Empty | HirKind::Look(_) => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        // Escapes begin with a backslash; `/`, `<`, `>`, `&` and `=` may be escaped; rows of events have no colon between reason and message.
        match byte.is_ascii_alphanumeric() || b" _-.,#()[]".contains(&byte) {
            true => self.current.push(byte),
            false => self.end(),
        }
    }

    fn end(&mut self) {
        let word = std::mem::take(&mut self.current);
        // Between the cells of a row there need not be the blank that stands in the record.
        let word = word.trim_ascii();
        if !word.is_empty() {
            self.offer(vec![word.to_vec()]);
        }
    }

    /// Takes words of which one must be there, if they say more than the best so far.
    fn offer(&mut self, words: Vec<Vec<u8>>) {
        let says = words.iter().map(|word| self.says(word));
        let Some(says) = says.reduce(Says::or) else {
            return;
        };
        let is_best = self.best.as_ref().is_none_or(|(most, _)| says > *most);
        if is_best && says.bytes >= MIN_BYTES && words.len() <= MAX_WORDS {
            self.best = Some((says, words));
        }
    }

    fn says(&self, word: &[u8]) -> Says {
        let holds = |text: &[u8], part: &[u8]| memmem::find(text, part).is_some();
        let known = || self.known.iter().copied();
        let told = known().filter(|text| holds(word, text)).map(<[u8]>::len);
        let is_new = |part: &[u8]| !known().any(|text| holds(text, part));
        Says {
            rarity: -rarest(word, is_new),
            bytes: match is_new(word) {
                true => word.len() - told.max().unwrap_or(0),
                false => 0,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(pattern: &str, known: &[&str]) -> String {
        let known: Vec<&[u8]> = known.iter().map(|text| text.as_bytes()).collect();
        let words = required_words(pattern, &known).into_iter();
        let words = words.map(|word| String::from_utf8(word).expect("it is ASCII"));
        words.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn the_words_of_which_one_must_be_there() {
        for (pattern, known, expected) in [
            (
                r#"StopPodSandbox for "(?<sandbox>[0-9a-f]+)" failed"#,
                "StopPodSandbox for",
                "failed",
            ),
            (
                r#"^"?manager"?: "?nginx-ingress-controller"?,?$"#,
                "nginx-ingress-controller",
                "manager",
            ),
            (
                r"pull(?: image)? (?:failed|timed out)",
                "pull",
                "failed|timed out",
            ),
            (r"pull (?:failed|\d+)", "pull", ""),
            (r"(?:one two|three (?:four|five)) x", "", "one two|three"),
            (r"(?:abc)+ x{2}de", "", "abc"),
            (r"(?:abc)*de\d", "", ""),
            (r"(?<what>out of) memory", "", "out of memory"),
            (r"(?i)memory", "", ""),
            (r"Killing: Stopping", "", "Stopping"),
            (r"code=nope", "", "code"),
            (r"a\bcd", "", "acd"),
            // What logs are full of says less than what is rare in them, but more than a syllable.
            (r"DENIED operation=", "apparmor=", "DENIED operation"),
            (r"operation=\d+ DENIED", "apparmor=", "DENIED"),
            (r"operation=\d+ on", "apparmor=", "operation"),
            // Any of three is met more often than one that is as rare as each.
            (
                r"(?:docker-default|crio-default|cri-containerd)\d ptrace",
                "",
                "ptrace",
            ),
            (r"(", "", ""),
        ] {
            assert_eq!(of(pattern, &[known]), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_matches_holds_one_of_the_words(
            pattern in "(?:[a-c]{1,4}|\\(\\?:ab\\|ca\\)|\\[ab\\]|[a-c]\\+|[a-c]\\*|\\(abc\\)\\?){1,6}",
            text in "[a-c]{0,24}",
        ) {
            let regex = regex::bytes::Regex::new(&pattern).expect("it is a pattern");
            let words = required_words(&pattern, &[]);
            if !words.is_empty() && regex.is_match(text.as_bytes()) {
                let mut words = words.iter();
                prop_assert!(words.any(|word| memmem::find(text.as_bytes(), word).is_some()), "{} {}", pattern, text);
            }
        }
    }
}
