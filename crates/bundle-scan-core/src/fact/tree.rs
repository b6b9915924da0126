//! A JSON or YAML document as a tree whose keys know where they stand.
//!
//! Texts are those of the document where they are written plainly. All else lives in an arena: a tree is made for one section,
//! read once, and thrown away as a whole.

use bumpalo::Bump;

/// Where the parts of trees lie that are not part of their document.
#[derive(Debug, Default)]
pub struct Arena(Bump);

impl Arena {
    /// Forgets all that lies in it, and keeps its memory for what comes next.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    pub(super) fn text(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }

    pub(super) fn slice<T: Copy>(&self, parts: &[T]) -> &[T] {
        self.0.alloc_slice_copy(parts)
    }
}

/// A value of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tree<'a> {
    /// `null`, or a value that is not kept.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A list.
    List(&'a [Tree<'a>]),
    /// A mapping, in the order of the document.
    Map(&'a [Entry<'a>]),
}

/// One key of a mapping with its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The key.
    pub key: &'a str,
    /// The byte of the section where the key stands.
    pub at: usize,
    /// The value.
    pub value: Tree<'a>,
}

/// A value with the place of its key.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The value.
    pub tree: &'a Tree<'a>,
    /// The byte of the section where its key stands.
    pub at: usize,
}

const NULL: &Tree<'static> = &Tree::Null;

impl<'a> Tree<'a> {
    /// The entries, if it is a mapping.
    pub fn entries(&self) -> &'a [Entry<'a>] {
        match self {
            Tree::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements, if it is a list.
    pub fn items(&self) -> &'a [Tree<'a>] {
        match self {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one, or a text that is nothing but one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Tree::Number(number) => Some(*number),
            Tree::Text(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The flag, if it is one.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Tree::Flag(yes) => Some(*yes),
            _ => None,
        }
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self, Tree::Null)
    }

    /// The place of the first key in it, if it is a mapping that has one.
    pub fn at(&self) -> Option<usize> {
        Some(self.entries().first()?.at)
    }

    /// The value of a key; [`Tree::Null`] if there is none.
    pub fn get(&self, key: &str) -> &'a Tree<'a> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map_or(NULL, |entry| &entry.value)
    }

    /// The value at the end of a path of keys, `status.phase`, with the place of the last key. Keys that hold a dot are
    /// found with [`Tree::get`] alone.
    pub fn locate(&self, path: &str) -> Option<Located<'a>> {
        let mut entries = self.entries();
        let mut rest = path;
        loop {
            let (entry, below) = entries.iter().find_map(|entry| {
                let (key, below) = rest.split_at_checked(entry.key.len())?;
                let is_whole = below.is_empty() || below.starts_with('.');
                (is_whole && entry.key == key).then_some((entry, below))
            })?;
            let Some(below) = below.strip_prefix('.') else {
                return Some(Located {
                    tree: &entry.value,
                    at: entry.at,
                });
            };
            entries = entry.value.entries();
            rest = below;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_values_and_their_places() {
        let entry = |key, at, value| [Entry { key, at, value }];
        let status = entry("phase", 12, Tree::Text("Running"));
        let object = entry("status", 2, Tree::Map(&status));
        let tree = Tree::Map(&object);
        let phase = tree.locate("status.phase").expect("it is there");
        assert_eq!((phase.tree.text(), phase.at), (Some("Running"), 12));
        assert!(tree.locate("status.reason").is_none());
        assert!(tree.get("spec").get("nodeName").is_null());
    }
}
