//! Finds where the objects of a JSON text begin and end, without holding more than one of them.
//!
//! A text is one value, and often a list: `{"kind": "PodList", "items": [{...}, {...}]}`, or a bare `[{...}, {...}]`. Of a list
//! the elements are told one by one. Does not check the grammar: whoever reads an object does that.

use memchr::{memchr2, memchr3};
use wide::u8x64;

/// What the next bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// All bytes were taken and nothing ended.
    More,
    /// An element of the list begins at the next byte.
    ItemBegins,
    /// An element of the list ended with the last byte taken.
    ItemEnded,
    /// The whole value ended with the last byte taken.
    Ended,
}

/// The state between two pieces of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct JsonCutter {
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// The depth at which elements of the list begin; 0 where there is none.
    item_depth: usize,
    in_item: bool,
    has_items: bool,
    /// The last text directly inside the outermost object, cut at [`MAX_WORD_BYTES`].
    word: Vec<u8>,
    key: Vec<u8>,
    list_kind: Option<String>,
}

/// Bytes kept of a key or of the value of `kind`.
const MAX_WORD_BYTES: usize = 64;

impl JsonCutter {
    /// What the list says that its elements are: `PodList`; `None` if it has not said it yet.
    pub(super) fn list_kind(&self) -> Option<&str> {
        self.list_kind.as_deref()
    }

    /// Whether the value is a list whose elements were told.
    pub(super) fn has_items(&self) -> bool {
        self.has_items
    }

    /// Whether the last bytes taken belong to the list and to none of its elements.
    pub(super) fn is_between_items(&self) -> bool {
        self.has_items && !self.in_item
    }

    /// Goes on to the next step. The number of bytes taken, and what comes then.
    pub(super) fn next(&mut self, bytes: &[u8]) -> (usize, Step) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.in_item && !self.escaped {
                let rest = bytes.get(at..).unwrap_or_default();
                let skipped = self.skip_inside(rest);
                if skipped > 0 {
                    at += skipped;
                    continue;
                }
            }
            if self.in_text {
                at += self.text(bytes.get(at..).unwrap_or_default());
                continue;
            }
            if self.in_item && !matches!(byte, b'"' | b'{' | b'}') {
                at += unmarked(bytes.get(at..).unwrap_or_default());
                continue;
            }
            if byte == b'{' && self.begins_item() {
                self.in_item = true;
                self.has_items = true;
                return (at, Step::ItemBegins);
            }
            at += 1;
            if let Some(step) = self.mark(byte) {
                return (at, step);
            }
        }
        (at, Step::More)
    }

    /// Takes whole blocks in which nothing is escaped and the element does not end; how many bytes.
    fn skip_inside(&mut self, bytes: &[u8]) -> usize {
        let (blocks, _) = bytes.as_chunks();
        let mut skipped = 0;
        for block in blocks {
            let marks = Marks::of(block, self.in_text);
            let opened = marks.opening.count_ones() as usize;
            let closed = marks.closing.count_ones() as usize;
            if marks.escapes || self.depth <= self.item_depth + closed {
                break;
            }
            self.depth = self.depth + opened - closed;
            self.in_text = marks.ends_in_text;
            skipped += block.len();
        }
        skipped
    }

    fn begins_item(&self) -> bool {
        !self.in_item && self.item_depth != 0 && self.depth == self.item_depth
    }

    /// Takes bytes of a text up to its end; how many.
    fn text(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        if self.escaped {
            self.escaped = false;
            at = 1;
        }
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let found = memchr2(b'"', b'\\', rest);
            let end = found.unwrap_or(rest.len());
            if self.depth == 1 && !self.in_item {
                let room = MAX_WORD_BYTES.saturating_sub(self.word.len());
                self.word.extend(rest.iter().take(end.min(room)));
            }
            at += end;
            match bytes.get(at) {
                None => return at,
                Some(b'"') => {
                    self.in_text = false;
                    return at + 1;
                }
                Some(_) if at + 1 == bytes.len() => {
                    self.escaped = true;
                    return at + 1;
                }
                Some(_) => at += 2,
            }
        }
    }

    /// Takes a byte outside of texts.
    fn mark(&mut self, byte: u8) -> Option<Step> {
        match byte {
            b'"' => {
                self.in_text = true;
                if self.depth == 1 && !self.in_item {
                    self.word.clear();
                }
            }
            b'{' | b'[' => {
                if byte == b'[' && (self.depth == 0 || self.depth == 1 && self.key == b"items") {
                    self.item_depth = self.depth + 1;
                }
                self.depth += 1;
            }
            b'}' | b']' => return self.close(),
            b':' if self.depth == 1 && !self.in_item => {
                self.key = std::mem::take(&mut self.word);
            }
            b',' if self.depth == 1 && !self.in_item => self.value_ends(),
            _ => {}
        }
        None
    }

    fn close(&mut self) -> Option<Step> {
        if self.depth == 1 {
            self.value_ends();
        }
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            return Some(Step::Ended);
        }
        if self.in_item && self.depth == self.item_depth {
            self.in_item = false;
            return Some(Step::ItemEnded);
        }
        if self.depth < self.item_depth {
            self.item_depth = 0;
        }
        None
    }

    fn value_ends(&mut self) {
        if self.key == b"kind" {
            self.list_kind = String::from_utf8(std::mem::take(&mut self.word)).ok();
        }
        self.key.clear();
    }
}

/// Bytes that are looked at together, one for each bit of a mask.
const BLOCK_BYTES: usize = 64;

/// What counts in a block inside an element.
struct Marks {
    /// The braces outside of texts that open.
    opening: u64,
    /// Those that close.
    closing: u64,
    /// Whether there is a backslash: then the rest is not to be trusted.
    escapes: bool,
    ends_in_text: bool,
}

impl Marks {
    /// Source: G. Langdale, D. Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 28 (2019), section 3.1.
    fn of(block: &[u8; BLOCK_BYTES], in_text: bool) -> Self {
        let bytes = u8x64::from(*block);
        let mask = |byte| bytes.simd_eq(u8x64::splat(byte)).to_bitmask();
        let starts = if in_text { u64::MAX } else { 0 };
        let texts = parity_up_to_each(mask(b'"')) ^ starts;
        Marks {
            opening: mask(b'{') & !texts,
            closing: mask(b'}') & !texts,
            escapes: mask(b'\\') != 0,
            ends_in_text: texts >> (BLOCK_BYTES - 1) == 1,
        }
    }
}

/// For each bit whether an odd number of bits is set up to it, itself included.
fn parity_up_to_each(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// How many bytes come before the next one that matters inside an element: to find its end, braces are enough. Blanks are most
/// of an indented text.
fn unmarked(bytes: &[u8]) -> usize {
    memchr3(b'"', b'{', b'}', bytes).unwrap_or(bytes.len())
}

/// Whether a line that begins with a brace or bracket may begin a JSON text.
pub(super) fn opens(line: &[u8]) -> bool {
    let Some((first, rest)) = line.split_first() else {
        return false;
    };
    let next = rest.trim_ascii_start().first();
    match first {
        b'{' => matches!(next, None | Some(b'"' | b'}')),
        b'[' => matches!(next, None | Some(b'{')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The items, or the whole text if it is no list, cut from pieces of `size` bytes.
    fn items(text: &str, size: usize) -> (Vec<String>, Option<String>) {
        let mut cutter = JsonCutter::default();
        let (mut items, mut item) = (Vec::new(), Vec::new());
        for piece in text.as_bytes().chunks(size) {
            let mut rest = piece;
            loop {
                let (taken, step) = cutter.next(rest);
                item.extend_from_slice(&rest[..taken]);
                rest = &rest[taken..];
                match step {
                    Step::More => break,
                    Step::ItemBegins => item.clear(),
                    Step::ItemEnded => {
                        items.push(String::from_utf8(std::mem::take(&mut item)).expect("ASCII"));
                    }
                    Step::Ended => {
                        return (items, cutter.list_kind().map(str::to_owned));
                    }
                }
            }
        }
        (items, None)
    }

    #[test]
    fn lists_are_cut_into_their_elements_wherever_the_pieces_end() {
        let text = r#"{"kind": "PodList", "metadata": {"items": [1]}, "items": [{"a": "}\"]"}, {"b": [{"c": 1}]}], "x": {}}"#;
        for size in 1..text.len() {
            let (found, kind) = items(text, size);
            assert_eq!(
                found,
                [r#"{"a": "}\"]"}"#, r#"{"b": [{"c": 1}]}"#],
                "{size}"
            );
            assert_eq!(kind.as_deref(), Some("PodList"));
        }
    }

    proptest! {
        #[test]
        fn blocks_and_single_bytes_give_the_same(
            text in r#"[{}\[\]"\\,: a]{0,40}( {0,70}[{}"\\a]{0,9}){0,20}"#,
            size in 2usize..400,
        ) {
            let text = format!("[{{{text}");
            prop_assert_eq!(items(&text, size), items(&text, 1));
        }
    }

    #[test]
    fn the_kind_may_come_after_the_items() {
        let (found, kind) = items(r#"{"items": [{}], "kind": "List"}"#, 100);
        assert_eq!((found.len(), kind.as_deref()), (1, Some("List")));
        assert_eq!(
            items(r#"[{"a":1},{"b":2}]"#, 3).0,
            [r#"{"a":1}"#, r#"{"b":2}"#]
        );
    }

    #[test]
    fn only_json_opens_json() {
        for (line, expected) in [
            ("{", true),
            ("{\"a\": 1", true),
            ("[", true),
            ("[ {", true),
            ("[root@n1 ~]# lvs", false),
            ("[    0.000000] Linux", false),
            ("{{ template }}", false),
            ("", false),
        ] {
            assert_eq!(opens(line.as_bytes()), expected, "{line}");
        }
    }
}
