//! Text made harmless for Markdown as GitHub, GitLab and Jira read it.
//!
//! What comes from a bundle stands in code alone, in spans and fences. A backslash keeps a character from being markup, but trackers look for
//! mentions, issues and addresses in what was rendered, where no backslash is left; code they leave alone.

use std::fmt::Write;

use crate::render::escape::visible;

/// Characters that are markup in the midst of a line; `$` begins a formula, `{` marks a change.
const MARKUP: &str = r"\`*_[]<>&~^${";
/// What a tracker takes for an issue, a merge request, a snippet, a milestone or an epic, if a letter or a digit follows.
const REFERENCE: &str = "#!$%&";

/// Our own words and those of signatures, as they stand. A word that a tracker would make a link of becomes code.
pub(super) fn prose(text: &str) -> String {
    let text = visible(text.trim());
    let mut out = String::with_capacity(text.len() + 8);
    let is_ascii_word = char::is_ascii_graphic;
    let mut rest = &*text;
    while let Some(first) = rest.chars().next() {
        let is_word = is_ascii_word(&first);
        let end = rest.find(|c: char| is_ascii_word(&c) != is_word);
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        match is_word {
            true if is_link(run) => out += &cell(run),
            true => escape(run, out.is_empty(), &mut out),
            false => out += run,
        }
        rest = after;
    }
    out
}

/// Whether a tracker would make a link of a word.
fn is_link(word: &str) -> bool {
    let after = word.chars().skip(1);
    let refers = |(sign, next): (char, char)| REFERENCE.contains(sign) && next.is_alphanumeric();
    word.contains('@')
        || word.contains("://")
        || word.contains("www.")
        || word.chars().zip(after).any(refers)
}

/// Escapes a word. At the beginning of a text it must not begin a list or a heading either.
fn escape(word: &str, is_first: bool, out: &mut String) {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (at, c) in word.char_indices() {
        let begins_block = match c {
            '#' | '+' | '-' | '=' => at == 0,
            '.' | ')' => at == digits && digits > 0,
            _ => false,
        };
        if c == '|' {
            // Every parser agrees on this one in a table, not on a backslash.
            out.push_str("&#124;");
            continue;
        }
        if MARKUP.contains(c) || is_first && begins_block {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Text of a bundle within a line.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let is_spaced = text.starts_with(' ') && text.ends_with(' ');
    match text.starts_with('`') || text.ends_with('`') || is_spaced {
        _ if text.trim_matches(' ').is_empty() => format!("` {text}`"),
        true => format!("{ticks} {text} {ticks}"),
        false => format!("{ticks}{text}{ticks}"),
    }
}

/// Text of a bundle in a cell of a table. A bar would end the cell even in code, and parsers differ on which backslash saves it, so that a broken one
/// stands for it. No cell may begin with such text: pasted into a spreadsheet, what begins with `=`, `+`, `-` or `@` is a formula.
pub(super) fn cell(text: &str) -> String {
    code(&text.replace('|', "¦"))
}

/// Lines of a bundle or a command between fences that are longer than any in them.
pub(super) fn fence(info: &str, lines: &[String], indent: usize) -> String {
    let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max();
    let ticks = "`".repeat(3.max(longest.unwrap_or(0) + 1));
    let mut out = format!("{:indent$}{ticks}{info}\n", "");
    for line in lines {
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
    out + &format!("{:indent$}{ticks}\n", "")
}

/// A link of a signature to itself; what is no address is code.
pub(super) fn link(address: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>\\`".contains(c);
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    match is_web && address.chars().all(is_plain) {
        true => format!("<{address}>"),
        false => code(address),
    }
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    fn parse(markdown: &str) -> Vec<Event<'_>> {
        Parser::new_ext(markdown, Options::all()).collect()
    }

    /// Of anything that is made of what markup is made of.
    fn hostile() -> impl Strategy<Value = String> {
        let parts = [
            "`",
            "``",
            "```",
            "~~~",
            "|",
            "\\",
            "<",
            ">",
            "<b>",
            "<!--",
            "</details>",
            "&",
            "&lt;",
            "[",
            "](",
            ")",
            "![",
            "*",
            "**",
            "_",
            "#",
            "# ",
            "#12",
            "!34",
            "@user",
            "-",
            "- ",
            "+",
            "=",
            "1. ",
            "$",
            "$$",
            "^",
            "{",
            "}",
            ":",
            "[^1]",
            "http://e.x",
            "www.e.x",
            "a@e.x",
            " ",
            "    ",
            "\n",
            "\n\n",
            "\r",
            "\t",
            "\u{202e}",
            "磁盘",
            "x",
            "0",
        ];
        proptest::collection::vec(prop::sample::select(parts.to_vec()), 0..12)
            .prop_map(|parts| parts.concat())
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for (given, expected) in [
            ("plain words, 磁盘", "plain words, 磁盘"),
            ("a_b *c* <none>", r"a\_b \*c\* \<none\>"),
            ("1. no list", r"1\. no list"),
            ("- no list", r"\- no list"),
            ("a|b", "a&#124;b"),
            (
                "ask @team about #12 or !34",
                "ask `@team` about `#12` or `!34`",
            ),
            ("see https://e.x/a|b now", "see `https://e.x/a¦b` now"),
            ("90% full, # is fine", "90% full, # is fine"),
        ] {
            assert_eq!(prose(given), expected);
        }
        for (given, expected) in [
            ("plain", "`plain`"),
            ("a`b``c", "```a`b``c```"),
            ("`", "`` ` ``"),
            (" a ", "`  a  `"),
            ("", "` `"),
            ("a\nb\u{202e}", "`a␊b\\u{202e}`"),
        ] {
            assert_eq!(code(given), expected);
        }
        assert_eq!(cell("a|b"), "`a¦b`");
        let lines = ["a ```` b".to_owned(), "~~~".to_owned()];
        assert_eq!(
            fence("sh", &lines, 2),
            "  `````sh\n  a ```` b\n  ~~~\n  `````\n"
        );
        assert_eq!(link("https://e.x/a_b"), "<https://e.x/a_b>");
        assert_eq!(link("javascript:alert(1)"), "`javascript:alert(1)`");
    }

    proptest! {
        #[test]
        fn code_is_one_span_that_says_the_text(text in hostile()) {
            let markdown = format!("x {}\n", code(&text));
            let events = parse(&markdown);
            let Event::Code(said) = &events[2] else { panic!("{events:?}") };
            let expected = visible(&text);
            let is_blank = expected.trim_matches(' ').is_empty();
            prop_assert_eq!(&**said, if is_blank { format!(" {expected}") } else { expected.into_owned() });
            prop_assert_eq!(events.len(), 4);
        }

        #[test]
        fn a_cell_is_one_cell(text in hostile()) {
            let markdown = format!("| a | b |\n|---|---|\n| x {} | y |\n", cell(&text));
            let events = parse(&markdown);
            let cells = events.iter().filter(|event| matches!(event, Event::Start(Tag::TableCell))).count();
            let spans = events.iter().filter(|event| matches!(event, Event::Code(_))).count();
            prop_assert_eq!((cells, spans), (4, 1), "{:?}", events);
            prop_assert!(events.contains(&Event::Text("y".into())), "{:?}", events);
        }

        #[test]
        fn prose_is_a_paragraph_of_text_and_code(text in hostile()) {
            let markdown = prose(&text);
            for event in parse(&markdown) {
                let is_harmless = matches!(
                    event,
                    Event::Text(_) | Event::Code(_) | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
                );
                prop_assert!(is_harmless, "{:?} of {:?}", event, markdown);
            }
        }

        #[test]
        fn a_fence_holds_all_lines(lines in proptest::collection::vec(hostile(), 1..4)) {
            let markdown = format!("{}\nend\n", fence("text", &lines, 0));
            let events = parse(&markdown);
            prop_assert!(matches!(events[0], Event::Start(Tag::CodeBlock(_))), "{:?}", events);
            let said: String = events.iter().filter_map(|event| match event {
                Event::Text(text) => Some(&**text),
                _ => None,
            }).collect();
            let expected: String = lines.iter().map(|line| format!("{}\n", visible(line))).collect();
            prop_assert_eq!(said, expected + "end");
        }
    }
}
