//! Finds where the documents and list items of a YAML text begin and end, line by line.
//!
//! ```text
//! apiVersion: v1
//! items:
//! - apiVersion: v1        an item begins
//!   kind: Pod
//! - apiVersion: v1        the next one
//! kind: List              the list ends
//! ---                     the document ends
//! ```
//! Does not check the grammar. Only block lists are cut; a flow list is one document.

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineOf {
    /// The document or item goes on.
    Same,
    /// An item begins; its dash is at this byte of the line.
    Item(usize),
    /// The items are over, the rest of the document follows.
    Rest,
    /// A document begins after this line.
    NewDocument,
    /// It is no YAML: the text ended before this line.
    Foreign,
}

/// The state between two lines.
#[derive(Clone, Debug, Default)]
pub(super) struct YamlCutter {
    /// Whether `items:` was read.
    has_items: bool,
    /// The column of the dashes, once the first was read.
    dash: Option<usize>,
}

impl YamlCutter {
    /// What the next line is, without its line end.
    pub(super) fn line(&mut self, line: &[u8]) -> LineOf {
        let line = line.trim_ascii_end();
        if line.is_empty() || line.trim_ascii_start().starts_with(b"#") {
            return LineOf::Same;
        }
        let indent = line.len() - line.trim_ascii_start().len();
        let is_dash = line.get(indent..).is_some_and(begins_with_dash);
        if self.has_items && is_dash && self.dash.is_none_or(|dash| dash == indent) {
            self.dash = Some(indent);
            return LineOf::Item(indent);
        }
        if indent > 0 {
            return LineOf::Same;
        }
        let ended = std::mem::take(&mut self.dash).is_some();
        if line == b"---" || line.starts_with(b"--- ") || line == b"..." {
            self.has_items = false;
            return LineOf::NewDocument;
        }
        if !is_dash && !is_key(line) {
            return LineOf::Foreign;
        }
        self.has_items = line == b"items:";
        if ended { LineOf::Rest } else { LineOf::Same }
    }
}

fn begins_with_dash(text: &[u8]) -> bool {
    text == b"-" || text.starts_with(b"- ")
}

/// Whether a line begins with a key: a word, a colon, and a blank or nothing.
fn is_key(line: &[u8]) -> bool {
    let end = line
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !b"_-./\"'".contains(byte));
    let Some(end) = end.filter(|end| *end > 0) else {
        return false;
    };
    line.get(end) == Some(&b':') && matches!(line.get(end + 1), None | Some(b' '))
}

/// Whether a line may begin a YAML text of Kubernetes. Such a line is never foreign to the cutter.
pub(super) fn opens(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    [&b"---"[..], b"items:", b"metadata:"].contains(&line)
        || [&b"apiVersion: "[..], b"kind: ", b"- apiVersion: "]
            .iter()
            .any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[LineOf]) {
        let mut cutter = YamlCutter::default();
        let found: Vec<LineOf> = text
            .lines()
            .map(|line| cutter.line(line.as_bytes()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    proptest! {
        /// Otherwise it would be told over and over again.
        #[test]
        fn a_line_that_opens_is_not_foreign(
            start in "(---|items:|apiVersion:|kind:|- apiVersion:|metadata:)",
            end in proptest::collection::vec(prop_oneof![Just(b' '), any::<u8>()], 0..6),
        ) {
            let line = [start.as_bytes(), &end].concat();
            let taken = YamlCutter::default().line(&line);
            prop_assert!(!opens(&line) || taken != LineOf::Foreign);
        }
    }

    #[test]
    fn lists_are_cut_into_items() {
        use LineOf::{Item, NewDocument, Rest, Same};
        check(
            "apiVersion: v1\nitems:\n- a: 1\n  b:\n  - x\n- a: 2\nkind: List\n---\nkind: Pod",
            &[
                Same,
                Same,
                Item(0),
                Same,
                Same,
                Item(0),
                Rest,
                NewDocument,
                Same,
            ],
        );
        check(
            "items:\n  - a: 1\n    b: 2\n  - a: 3",
            &[Same, Item(2), Same, Item(2)],
        );
    }

    #[test]
    fn other_text_ends_the_document() {
        use LineOf::{Foreign, Same};
        check(
            "kind: Pod\nspec:\n  a: 1\n\n[root@n1 ~]# df",
            &[Same, Same, Same, Same, Foreign],
        );
        check("kind: Pod\nE0310 10:17:41.1 message: x", &[Same, Foreign]);
    }
}
