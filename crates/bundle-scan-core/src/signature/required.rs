//! Words without which a pattern cannot match: a line that lacks one need not be understood to know that.
//!
//! They are looked for in the line as it stands in the member, so they hold nothing that an envelope may escape or write in another way.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

/// The shortest word that is worth a search.
const MIN_BYTES: usize = 3;

/// The word without which `pattern` cannot match and that says most beside `known`, of which one is found already; `None` if there is none.
pub(super) fn required_word(pattern: &str, known: &[&[u8]]) -> Option<Vec<u8>> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    let hir = parser.parse(pattern).ok()?;
    let mut words = Words::default();
    words.walk(&hir);
    words.end();
    let holds = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
    let says = |word: &[u8]| {
        let known = || known.iter().copied();
        let told = known().filter(|text| holds(word, text)).map(<[u8]>::len);
        match known().any(|text| holds(text, word)) {
            true => 0,
            false => word.len() - told.max().unwrap_or(0),
        }
    };
    let words = words.found.into_iter().map(|word| (says(&word), word));
    let best = words.max_by_key(|(says, _)| *says);
    best.filter(|(says, _)| *says >= MIN_BYTES)
        .map(|(_, word)| word)
}

/// Collects words from a pattern.
#[derive(Default)]
struct Words {
    /// The word that may go on.
    current: Vec<u8>,
    found: Vec<Vec<u8>>,
}

impl Words {
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
            HirKind::Class(_) | HirKind::Alternation(_) => self.end(),
            HirKind::Empty | HirKind::Look(_) => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        // Escapes begin with a backslash; `/`, `<`, `>` and `&` may be escaped; rows of events have no colon between reason and message.
        match byte.is_ascii_alphanumeric() || b" _-.,=#()[]".contains(&byte) {
            true => self.current.push(byte),
            false => self.end(),
        }
    }

    fn end(&mut self) {
        if !self.current.is_empty() {
            self.found.push(std::mem::take(&mut self.current));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(pattern: &str, known: &[&str]) -> Option<String> {
        let known: Vec<&[u8]> = known.iter().map(|text| text.as_bytes()).collect();
        required_word(pattern, &known).map(|word| String::from_utf8(word).expect("it is ASCII"))
    }

    #[test]
    fn the_longest_word_that_must_be_there() {
        for (pattern, known, expected) in [
            (
                r#"StopPodSandbox for "(?<sandbox>[0-9a-f]+)" failed"#,
                "StopPodSandbox for",
                Some(" failed"),
            ),
            (
                r#"^"?manager"?: "?nginx-ingress-controller"?,?$"#,
                "nginx-ingress-controller",
                Some("manager"),
            ),
            (r"pull(?: image)? (?:failed|timed out)", "pull", None),
            (r"(?:abc)+ x{2}de", "", Some("abc")),
            (r"(?:abc)*de\d", "", None),
            (r"(?<what>out of) memory", "", Some("out of memory")),
            (r"(?i)memory", "", None),
            (r"Killing: Stopping", "", Some(" Stopping")),
            (r"a\bcd", "", Some("acd")),
            (r"(", "", None),
        ] {
            assert_eq!(of(pattern, &[known]).as_deref(), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_matches_holds_the_word(
            pattern in "(?:[a-c]{1,4}|\\(\\?:ab\\|ca\\)|\\[ab\\]|[a-c]\\+|[a-c]\\*|\\(abc\\)\\?){1,6}",
            text in "[a-c]{0,24}",
        ) {
            let regex = regex::bytes::Regex::new(&pattern).expect("it is a pattern");
            if let Some(word) = required_word(&pattern, &[])
                && regex.is_match(text.as_bytes())
            {
                prop_assert!(memchr::memmem::find(text.as_bytes(), &word).is_some(), "{} {}", pattern, text);
            }
        }
    }
}
