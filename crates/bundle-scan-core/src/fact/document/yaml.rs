//! Reads one YAML document.
//!
//! ```text
//! kind: Pod
//! metadata:
//!   name: web-0
//! ```
//!
//! The document may be indented as a whole. Texts that are written plainly are borrowed. Anchors are not followed: an alias
//! is [`Tree::Null`]. Further documents of the text are not read. Nesting is bounded.
//! Source: YAML 1.2 with its core schema; `granit_parser`.

use std::borrow::Cow;

use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, Span};

use super::builder::{Mark, TreeBuilder};
use super::{Broken, boundary, is_unread, place};
use crate::fact::tree::{Arena, Tree};

/// How deep collections of one style may be nested, as in JSON.
const MAX_NESTING: usize = 128;

/// Reads the first document of a text.
///
/// # Errors
/// When the text is not YAML, or not to its end; with what was read so far.
pub fn read<'a>(text: &'a str, arena: &'a Arena) -> Result<Tree<'a>, Broken<'a>> {
    let mut builder = Builder::new(text, arena);
    for event in Parser::new_from_str_with_options(text, options()) {
        match event {
            Ok((Event::DocumentEnd, _)) => break,
            Ok((event, span)) => builder.add(event, &span),
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0);
                return Err(Broken {
                    partial: builder.finish(),
                    at: boundary(text, at),
                });
            }
        }
    }
    Ok(builder.finish())
}

fn options() -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = MAX_NESTING;
    options.block_nesting_limit = MAX_NESTING;
    options
}

/// A collection that is open at the current event.
enum Open<'a> {
    /// A mapping, and the key whose value comes next.
    Map(Mark, Option<(&'a str, usize)>),
    /// A list.
    List(Mark),
}

/// Makes a tree of events.
struct Builder<'a> {
    text: &'a str,
    tree: TreeBuilder<'a>,
    open: Vec<Open<'a>>,
    root: Tree<'a>,
    /// How many collections are open inside of a value that is not kept, with itself.
    skipping: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, arena: &'a Arena) -> Self {
        Builder {
            text,
            tree: TreeBuilder::new(arena),
            open: Vec::new(),
            root: Tree::Null,
            skipping: 0,
        }
    }

    fn add(&mut self, event: Event<'a>, span: &Span) {
        if self.skipping > 0 {
            return self.skip(&event);
        }
        match event {
            Event::MappingStart(..) => self.start(Open::Map(self.tree.open_map(), None)),
            Event::SequenceStart(..) => self.start(Open::List(self.tree.open_list())),
            Event::MappingEnd | Event::SequenceEnd => self.close(),
            Event::Scalar(text, ..) if self.wants_key() => self.give_key(text, span),
            Event::Scalar(text, style, _, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                self.give(match self.is_unread() {
                    true => Tree::Null,
                    false if is_plain => plain(self.tree.any_text(text)),
                    false => Tree::Text(self.tree.any_text(text)),
                });
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.give(Tree::Null),
            _ => {}
        }
    }

    fn skip(&mut self, event: &Event<'_>) {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => self.skipping += 1,
            Event::MappingEnd | Event::SequenceEnd => {
                self.skipping -= 1;
                if self.skipping == 0 {
                    self.give(Tree::Null);
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, open: Open<'a>) {
        match self.is_unread() {
            true => self.skipping = 1,
            false => self.open.push(open),
        }
    }

    fn close(&mut self) {
        let closed = match self.open.pop() {
            Some(Open::Map(mark, _)) => self.tree.close_map(mark),
            Some(Open::List(mark)) => self.tree.close_list(mark),
            None => return,
        };
        self.give(closed);
    }

    /// Whether the next value is a key.
    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map(_, None)))
    }

    /// Whether the next value is the value of a key that nobody reads.
    fn is_unread(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map(_, Some((key, _)))) if is_unread(key))
    }

    fn give_key(&mut self, key: Cow<'a, str>, span: &Span) {
        let borrowed = match key {
            Cow::Borrowed(key) if !key.is_empty() => place(self.text, key),
            _ => None,
        };
        let key = self.tree.any_text(key);
        let at = borrowed.or(span.start.byte_offset()).unwrap_or(0);
        if let Some(Open::Map(_, wanted)) = self.open.last_mut() {
            *wanted = Some((key, boundary(self.text, at)));
        }
    }

    /// Puts a finished value where it belongs. A collection in the place of a key counts as an empty key.
    fn give(&mut self, value: Tree<'a>) {
        match self.open.last_mut() {
            Some(Open::Map(_, wanted)) => match wanted.take() {
                Some((key, at)) => self.tree.entry(key, at, value),
                None => *wanted = Some(("", value.at().unwrap_or(0))),
            },
            Some(Open::List(_)) => self.tree.item(value),
            None => self.root = value,
        }
    }

    /// The tree, with all that is still open closed.
    fn finish(mut self) -> Tree<'a> {
        if self.skipping > 0 {
            self.give(Tree::Null);
        }
        while let Some(open) = self.open.last() {
            if matches!(open, Open::Map(_, Some(_))) {
                self.give(Tree::Null);
            }
            self.close();
        }
        self.root
    }
}

/// A scalar without quotes, by the core schema.
fn plain(text: &str) -> Tree<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Tree::Null,
        "true" | "True" | "TRUE" => Tree::Flag(true),
        "false" | "False" | "FALSE" => Tree::Flag(false),
        word => match number(word) {
            Some(number) => Tree::Number(number),
            None => Tree::Text(text),
        },
    }
}

fn number(word: &str) -> Option<f64> {
    let starts_well = word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let is_number = starts_well && word.ends_with(|c: char| c.is_ascii_digit() || c == '.');
    match is_number {
        true => word.parse().ok().filter(|number: &f64| number.is_finite()),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        tests::check(read, text, expected);
    }

    #[test]
    fn values_are_kept_with_the_places_of_their_keys() {
        for (text, expected) in [
            (
                "a:\n  b: [1, x]\n  \"c\": {}\nd:\n- e: 1\n  f: g h\n- 2\n",
                r#"{a: {b: [1, "x"], c: {}}, d: [{e: 1, f: "g h"}, 2]}"#,
            ),
            (
                "---\n# 注释\n节点: 正常 # so\nb: 'it''s'\n",
                r#"{节点: "正常", b: "it's"}"#,
            ),
            (
                "a: |\n  x\n  y\nb: >-\n  x\n  y\n",
                r#"{a: "x\ny\n", b: "x y"}"#,
            ),
            ("a: 1\r\nb: x\r\n", r#"{a: 1, b: "x"}"#),
            ("a: 1\n---\nb: 2\n", "{a: 1}"),
            ("{\"a\": [1, 2]}", "{a: [1, 2]}"),
            ("", "null"),
            ("# nothing\n", "null"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn a_document_may_be_indented_as_a_whole() {
        check(
            "  a:\n    b: 1\n  c:\n  - d: 1\n    e: 2\n  f: x\n",
            r#"{a: {b: 1}, c: [{d: 1, e: 2}], f: "x"}"#,
        );
        check(
            "    metadata:\n      name: x\n    status: {}\n",
            r#"{metadata: {name: "x"}, status: {}}"#,
        );
    }

    #[test]
    fn only_plain_scalars_are_more_than_texts() {
        for (value, expected) in [
            ("true", "true"),
            ("False", "false"),
            ("'true'", "\"true\""),
            ("\"1\"", "\"1\""),
            ("!!str 1", "\"1\""),
            ("-1.5", "-1.5"),
            ("1e3", "1000"),
            ("12Gi", "\"12Gi\""),
            ("2026-03-10T10:17:41Z", "\"2026-03-10T10:17:41Z\""),
            ("1.2.3", "\"1.2.3\""),
            ("-inf", "\"-inf\""),
            ("~", "null"),
            ("", "null"),
            ("no", "\"no\""),
        ] {
            check(&format!("a: {value}\n"), &format!("{{a: {expected}}}"));
        }
    }

    #[test]
    fn aliases_are_not_followed() {
        check(
            "a: &x [1]\nb: *x\nc: *unknown\n<<: *x\n",
            "{a: [1], b: null, c: null, <<: null}",
        );
    }

    #[test]
    fn what_nobody_reads_is_skipped() {
        check(
            "a:\n  managedFields:\n  - f: 1\n    g: {h: 1}\n  b: 1\nmanagedFields: 1\nc: 2\n",
            "{a: {managedFields: null, b: 1}, managedFields: null, c: 2}",
        );
    }

    #[test]
    fn what_stands_before_a_break_is_kept() {
        for (text, expected) in [
            (
                "a:\n  b: 1\n  c: \"cut\nd",
                "{a: {b: 1, c: null}} broken@20",
            ),
            ("a: 1\n\tb: 2\n", "{a: null} broken@3"),
            ("a: [1, 2\n", "{a: [1]} broken@3"),
            ("managedFields:\n- a: 'b", "{managedFields: null} broken@20"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let arena = Arena::default();
        let text = "[".repeat(100_000);
        assert!(read(&text, &arena).expect_err("no end").at <= MAX_NESTING);
        let text = "- ".repeat(100_000);
        assert!(read(&text, &arena).is_err());
    }

    const SAMPLE: &str =
        "  kind: Pod\r\n  消息: \"é\\n\"\n  b:\n  - &x c: |\n      d\n  - *x\n  e: {f: [1, 'g']}\n";

    proptest! {
        #[test]
        fn no_text_panics(
            cut in 0..SAMPLE.len(),
            at in 0..SAMPLE.len(),
            with in "[\\[\\]{}\",:?a0é\n&*!|>#% -]{0,3}",
            text in any::<String>(),
        ) {
            let mut mutated = SAMPLE.to_owned();
            mutated.insert_str(boundary(SAMPLE, at), &with);
            for text in [&SAMPLE[..boundary(SAMPLE, cut)], &mutated, &text] {
                tests::survives(read, text);
            }
        }
    }
}
