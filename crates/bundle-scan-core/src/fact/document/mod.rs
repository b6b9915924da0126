//! Documents: JSON and YAML texts as a [`Tree`](super::tree::Tree) that borrows from them.
//!
//! Knows nothing of what the documents mean, except for what is never worth keeping. Invariants: every place lies in the
//! text, at the start of a character; a document that breaks off still gives what stands before the break.

mod builder;
pub mod json;
pub mod yaml;

use super::tree::Tree;

/// A document that cannot be read to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Broken<'a> {
    /// What stands before the mistake; [`Tree::Null`] if that is nothing.
    pub partial: Tree<'a>,
    /// The byte of the text where reading ended.
    pub at: usize,
}

/// Keys whose values nobody reads and which are often longer than all the rest: who set which field, and the object once
/// more as it was last applied.
const UNREAD: [&str; 2] = [
    "managedFields",
    "kubectl.kubernetes.io/last-applied-configuration",
];

fn is_unread(key: &str) -> bool {
    UNREAD.contains(&key)
}

/// The last character boundary at or before a byte.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|byte| text.is_char_boundary(*byte))
        .unwrap_or(0)
}

/// The byte of `text` where a part of it begins, if it is one.
fn place(text: &str, part: &str) -> Option<usize> {
    let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (offset <= text.len()).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Arena, Tree};
    use super::Broken;

    /// Reads a document of one format.
    type Read = for<'a> fn(&'a str, &'a Arena) -> Result<Tree<'a>, Broken<'a>>;

    /// What is read of a text, in one line, with the place where it breaks off.
    pub(super) fn check(read: Read, text: &str, expected: &str) {
        let arena = Arena::default();
        let (tree, end) = match read(text, &arena) {
            Ok(tree) => (tree, String::new()),
            Err(broken) => (broken.partial, format!(" broken@{}", broken.at)),
        };
        assert_eq!(format!("{}{end}", shown(&tree)), expected, "{text}");
        check_keys(text, &tree);
    }

    /// Whatever the text, all places lie in it.
    pub(super) fn survives(read: Read, text: &str) {
        let arena = Arena::default();
        let (tree, at) = match read(text, &arena) {
            Ok(tree) => (tree, 0),
            Err(broken) => (broken.partial, broken.at),
        };
        assert!(text.is_char_boundary(at));
        check_places(text, &tree);
    }

    /// A tree in one line.
    pub(super) fn shown(tree: &Tree<'_>) -> String {
        match tree {
            Tree::Null => "null".to_owned(),
            Tree::Flag(yes) => yes.to_string(),
            Tree::Number(number) => number.to_string(),
            Tree::Text(text) => format!("{text:?}"),
            Tree::List(items) => {
                let items: Vec<String> = items.iter().map(shown).collect();
                format!("[{}]", items.join(", "))
            }
            Tree::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| format!("{}: {}", entry.key, shown(&entry.value)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// Every key stands where the tree says.
    fn check_keys(text: &str, tree: &Tree<'_>) {
        for entry in tree.entries() {
            let there = text.get(entry.at..).unwrap_or("");
            assert!(there.starts_with(entry.key), "{} in {text}", entry.key);
            check_keys(text, &entry.value);
        }
        for item in tree.items() {
            check_keys(text, item);
        }
    }

    /// Every place lies in the text, on a character boundary.
    fn check_places(text: &str, tree: &Tree<'_>) {
        for entry in tree.entries() {
            assert!(text.is_char_boundary(entry.at), "{} of {text:?}", entry.at);
            check_places(text, &entry.value);
        }
        for item in tree.items() {
            check_places(text, item);
        }
    }
}
