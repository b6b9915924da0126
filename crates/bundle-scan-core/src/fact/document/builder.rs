//! Makes trees whose lists and mappings lie in an arena.

use std::borrow::Cow;

use crate::fact::tree::{Arena, Entry, Tree};

/// Collects the children of all collections that are open, the innermost last, and moves those of a collection into the arena
/// once it is whole: what lies there never grows and is never given back for itself.
pub(super) struct TreeBuilder<'a> {
    arena: &'a Arena,
    entries: Vec<Entry<'a>>,
    items: Vec<Tree<'a>>,
}

/// How many children stood there when a collection was opened.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl<'a> TreeBuilder<'a> {
    pub(super) fn new(arena: &'a Arena) -> Self {
        TreeBuilder {
            arena,
            entries: Vec::new(),
            items: Vec::new(),
        }
    }

    /// A text that does not stand in the document as it is.
    pub(super) fn text(&self, text: &str) -> &'a str {
        self.arena.text(text)
    }

    /// A text that may stand in the document as it is.
    pub(super) fn any_text(&self, text: Cow<'a, str>) -> &'a str {
        match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => self.text(&text),
        }
    }

    pub(super) fn open_map(&self) -> Mark {
        Mark(self.entries.len())
    }

    pub(super) fn open_list(&self) -> Mark {
        Mark(self.items.len())
    }

    /// Adds a key and its value to the innermost mapping.
    pub(super) fn entry(&mut self, key: &'a str, at: usize, value: Tree<'a>) {
        self.entries.push(Entry { key, at, value });
    }

    /// Adds an element to the innermost list.
    pub(super) fn item(&mut self, item: Tree<'a>) {
        self.items.push(item);
    }

    pub(super) fn close_map(&mut self, Mark(start): Mark) -> Tree<'a> {
        let entries = self.arena.slice(&self.entries[start..]);
        self.entries.truncate(start);
        Tree::Map(entries)
    }

    pub(super) fn close_list(&mut self, Mark(start): Mark) -> Tree<'a> {
        let items = self.arena.slice(&self.items[start..]);
        self.items.truncate(start);
        Tree::List(items)
    }
}
