//! Reads a JSON document.
//!
//! ```text
//! {"kind": "Pod", "metadata": {"name": "web-0", "managedFields": [...]}}
//! ```
//!
//! Texts and keys without escapes are borrowed. Nesting is bounded by `serde_json` (128 levels).
//! Source: RFC 8259; `serde_json`.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::builder::TreeBuilder;
use super::{Broken, boundary, is_unread, place};
use crate::fact::tree::{Arena, Tree};

/// Reads one document, which may be followed by blanks alone.
///
/// # Errors
/// When the text is not JSON, or not to its end; with what was read so far.
pub fn read<'a>(text: &'a str, arena: &'a Arena) -> Result<Tree<'a>, Broken<'a>> {
    let mut document = Document {
        text,
        builder: TreeBuilder::new(arena),
        last_key: 0,
        partial: None,
    };
    let json = text.trim_start_matches('\u{feff}');
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let tree = Node(&mut document).deserialize(&mut deserializer);
    let ended = tree.and_then(|tree| document.ended(tree, deserializer.end()));
    ended.map_err(|error| Broken {
        partial: document.partial.unwrap_or(Tree::Null),
        at: boundary(text, text.len() - json.len() + offset(json, &error)),
    })
}

/// The byte where an error was found.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let line_start = match lines_before.checked_sub(1) {
        None => 0,
        Some(index) => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(index)
            .map_or(text.len(), |end| end + 1),
    };
    line_start.saturating_add(error.column())
}

/// What is known while a document is read.
struct Document<'a> {
    text: &'a str,
    builder: TreeBuilder<'a>,
    /// Where the last key without escapes stands.
    last_key: usize,
    /// What was read of the innermost value that breaks off, while the error is on its way out.
    partial: Option<Tree<'a>>,
}

impl<'a> Document<'a> {
    fn entries<A: MapAccess<'a>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some((key, at)) = map.next_key_seed(Key(self))? {
            let value = match is_unread(key) {
                true => map.next_value::<IgnoredAny>().map(|_| Tree::Null),
                false => map.next_value_seed(Node(self)),
            };
            let (value, ended) = self.kept(value);
            self.builder.entry(key, at, value);
            ended?;
        }
        Ok(())
    }

    fn items<A: SeqAccess<'a>>(&mut self, list: &mut A) -> Result<(), A::Error> {
        loop {
            match list.next_element_seed(Node(self)) {
                Ok(Some(item)) => self.builder.item(item),
                Ok(None) => return Ok(()),
                Err(error) => {
                    if let Some(item) = self.partial.take() {
                        self.builder.item(item);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// A value, or what there is of it.
    fn kept<E>(&mut self, value: Result<Tree<'a>, E>) -> (Tree<'a>, Result<(), E>) {
        match value {
            Ok(value) => (value, Ok(())),
            Err(error) => (self.partial.take().unwrap_or(Tree::Null), Err(error)),
        }
    }

    fn ended<E>(&mut self, tree: Tree<'a>, ended: Result<(), E>) -> Result<Tree<'a>, E> {
        if ended.is_err() {
            self.partial = Some(tree);
        }
        ended.map(|()| tree)
    }
}

/// Reads any value.
struct Node<'d, 'a>(&'d mut Document<'a>);

impl<'a> DeserializeSeed<'a> for Node<'_, 'a> {
    type Value = Tree<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Tree<'a>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Node<'_, 'a> {
    type Value = Tree<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree<'a>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Tree<'a>, E> {
        Ok(Tree::Flag(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Tree<'a>, E> {
        Ok(Tree::Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Tree<'a>, E> {
        Ok(Tree::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Tree<'a>, E> {
        Ok(Tree::Number(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Tree<'a>, E> {
        Ok(Tree::Text(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree<'a>, E> {
        Ok(Tree::Text(self.0.builder.text(text)))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<Tree<'a>, A::Error> {
        let document = self.0;
        let mark = document.builder.open_list();
        let ended = document.items(&mut list);
        let tree = document.builder.close_list(mark);
        document.ended(tree, ended)
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Tree<'a>, A::Error> {
        let document = self.0;
        let mark = document.builder.open_map();
        let ended = document.entries(&mut map);
        let tree = document.builder.close_map(mark);
        document.ended(tree, ended)
    }
}

/// Reads a key with its place. A key with escapes has none in the text as it is: it gets that of the key before.
struct Key<'d, 'a>(&'d mut Document<'a>);

impl<'a> DeserializeSeed<'a> for Key<'_, 'a> {
    type Value = (&'a str, usize);

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Key<'_, 'a> {
    type Value = (&'a str, usize);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'a str) -> Result<Self::Value, E> {
        let at = place(self.0.text, key).unwrap_or(0);
        self.0.last_key = at;
        Ok((key, at))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0.builder.text(key), self.0.last_key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{self, shown};
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        tests::check(read, text, expected);
    }

    #[test]
    fn values_are_kept_with_the_places_of_their_keys() {
        check(
            r#"{"a": {"b": [1, -2.5, true, null, "c"]}, "d": {}}"#,
            r#"{a: {b: [1, -2.5, true, null, "c"]}, d: {}}"#,
        );
        check(" [] \r\n", "[]");
        check("\u{feff}{\"a\": 1}", "{a: 1}");
        check("\"节点\"", "\"节点\"");
    }

    #[test]
    fn a_key_with_escapes_stands_where_the_key_before_does() {
        let arena = Arena::default();
        let tree = read(r#"{"a": 1, "b\"c": "\u00e9\n"}"#, &arena).expect("it is whole");
        assert_eq!(shown(&tree), r#"{a: 1, b"c: "é\n"}"#);
        let places: Vec<usize> = tree.entries().iter().map(|entry| entry.at).collect();
        assert_eq!(places, [2, 2]);
    }

    #[test]
    fn what_nobody_reads_is_skipped() {
        check(
            r#"{"managedFields": [{"f:a": {"k:{\"b\":1}": {}}}], "z": 1}"#,
            "{managedFields: null, z: 1}",
        );
        check(
            r#"{"kubectl.kubernetes.io/last-applied-configuration": "{\"a\":1}\n"}"#,
            "{kubectl.kubernetes.io/last-applied-configuration: null}",
        );
    }

    #[test]
    fn what_stands_before_a_break_is_kept() {
        for (text, expected) in [
            (
                r#"{"a": [{"b": 1}, {"c": "cu"#,
                "{a: [{b: 1}, {c: null}]} broken@26",
            ),
            (r#"{"a": 1, "b"#, "{a: 1} broken@11"),
            ("{\"a\": 1}\n]", "{a: 1} broken@10"),
            ("{\"a\": 1\n  \"b\": 2}", "{a: 1} broken@11"),
            (r#"{"managedFields": [{"#, "{managedFields: null} broken@20"),
            ("kind: Pod", "null broken@1"),
            ("", "null broken@0"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let text = "[".repeat(100_000);
        let arena = Arena::default();
        let broken = read(&text, &arena).expect_err("no end");
        assert!(broken.at <= 128, "{}", broken.at);
    }

    const SAMPLE: &str = "{\r\n  \"kind\": \"Pod\",\n  \"消息\": [\"é\\\"\", {\"a\\n\": -1e3}, null],\n  \"managedFields\": [{}]\n}";

    proptest! {
        #[test]
        fn no_text_panics(
            cut in 0..SAMPLE.len(),
            at in 0..SAMPLE.len(),
            with in "[\\[\\]{}\",:a0\\\\é\n]{0,3}",
            text in any::<String>(),
        ) {
            let cut = boundary(SAMPLE, cut);
            let mut mutated = SAMPLE.to_owned();
            mutated.insert_str(boundary(SAMPLE, at), &with);
            for text in [&SAMPLE[..cut], &mutated, &text] {
                tests::survives(read, text);
            }
        }
    }
}
