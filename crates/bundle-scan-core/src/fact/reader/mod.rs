//! Cuts a member into sections while it streams by.
//!
//! Lines that belong to no section are handed on as they are, so that every byte of a member is told exactly once, in order:
//! as a plain line or as part of a section. Invariants: what is held is one section of at most [`MAX_SECTION_BYTES`];
//! the pieces do not depend on how the member is cut into blocks, plain lines apart.

mod json;
mod openers;
#[cfg(test)]
mod tests;
mod yaml;

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memchr;

use super::section::{FactParser, margin};
use crate::base::member_path::MemberPath;
use json::{JsonCutter, Step};
use openers::{ByPath, Openers};
use yaml::{LineOf, YamlCutter};

pub use openers::ASSIGNMENT;

/// Bytes of the largest object or describe text that is parsed. etcd refuses objects above 1.5 MiB.
pub const MAX_SECTION_BYTES: usize = 8 << 20;
/// Bytes after which a table is parsed and begun anew with the same header.
const TABLE_BYTES: usize = 1 << 20;

/// How a section is to be read.
#[derive(Clone, Copy)]
pub enum Form<'a> {
    /// As lines only: what stands between the elements of a list, or is too large.
    Plain,
    /// As a JSON value; `list_kind` is the kind of the list that it is an element of, `PodList`.
    Json {
        /// The kind of the list, as far as it is known.
        list_kind: Option<&'a str>,
    },
    /// As a YAML document.
    Yaml,
    /// By a parser. The header is that of the section, for formats that have one.
    Text {
        /// The parser.
        parser: &'static dyn FactParser,
        /// The header lines.
        header: &'a str,
        /// How many bytes of this piece are header lines.
        header_bytes: usize,
    },
}

/// A run of bytes of the member.
pub enum Piece<'a> {
    /// Lines of the bytes given to [`Reader::feed`].
    Lines(Range<usize>),
    /// Bytes that belong together.
    Section {
        /// How to read them.
        form: Form<'a>,
        /// The bytes, in which a list item of YAML keeps its dash.
        bytes: &'a [u8],
        /// Whether the member ended inside of it: at the end of a line for text, anywhere for JSON.
        open_end: bool,
    },
}

enum Mode {
    Lines,
    Json(Box<JsonCutter>),
    Yaml(YamlCutter),
    Text(&'static dyn FactParser),
}

static OPENERS: LazyLock<Openers> = LazyLock::new(|| Openers::new(super::parsers()));
static BY_PATH: LazyLock<ByPath> = LazyLock::new(|| ByPath::new(super::parsers()));

/// Cuts one member.
pub struct Reader {
    mode: Mode,
    section: Vec<u8>,
    /// The header of the table, and how many bytes of `section` are header.
    header: String,
    header_bytes: usize,
    header_lines_left: usize,
    /// The blanks before each line of the section.
    margin: String,
    /// Whether the section outgrew the limit: the rest of it is plain.
    is_oversize: bool,
    had_oversize: bool,
    ended_early: bool,
}

impl Reader {
    /// A reader at the start of the member at `path`.
    pub fn new(path: &MemberPath) -> Self {
        let mut reader = Reader {
            mode: Mode::Lines,
            section: Vec::new(),
            header: String::new(),
            header_bytes: 0,
            header_lines_left: 0,
            margin: String::new(),
            is_oversize: false,
            had_oversize: false,
            ended_early: false,
        };
        if let Some(parser) = BY_PATH.parser(path) {
            reader.begin_text(parser);
        }
        reader
    }

    /// Whether the path alone tells the format of a member.
    pub fn knows_path(path: &MemberPath) -> bool {
        BY_PATH.parser(path).is_some()
    }

    /// Whether a section begins in the first bytes of a member.
    pub fn finds_section(head: &[u8]) -> bool {
        let mut reader = Reader::new(&MemberPath::new(""));
        reader.lines(head, 0, &mut |_| {});
        !matches!(reader.mode, Mode::Lines)
    }

    /// Whether a section was too large to be parsed.
    pub fn had_oversize(&self) -> bool {
        self.had_oversize
    }

    /// Whether the member ended inside a JSON value.
    pub fn ended_early(&self) -> bool {
        self.ended_early
    }

    /// Takes the next bytes of the member, whole lines unless a line is too long, and tells the pieces that end in them.
    pub fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let mut at = 0;
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            at += match self.mode {
                Mode::Lines => self.lines(bytes, at, piece),
                Mode::Json(_) => self.json(rest, piece),
                Mode::Yaml(_) => self.yaml_line(rest, piece),
                Mode::Text(_) => self.text_line(rest, piece),
            };
        }
    }

    /// Tells the section that the end of the member ends.
    pub fn finish(&mut self, piece: &mut dyn FnMut(Piece<'_>)) {
        let open_end = !self.section.ends_with(b"\n");
        match &self.mode {
            Mode::Json(cutter) => {
                self.ended_early = true;
                let between_items = cutter.is_between_items().then_some(Form::Plain);
                self.tell(&[], between_items, true, piece);
            }
            _ => self.flush(open_end, piece),
        }
        self.mode = Mode::Lines;
    }

    /// Takes plain lines up to one that begins a section; how many bytes.
    fn lines(&mut self, bytes: &[u8], from: usize, piece: &mut dyn FnMut(Piece<'_>)) -> usize {
        let mut at = from;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let line = first_line(rest);
            if let Some(mode) = self.opened(line.text) {
                self.begin(mode, line.text);
                break;
            }
            at += line.bytes;
        }
        if at > from {
            piece(Piece::Lines(from..at));
        }
        at - from
    }

    fn opened(&self, line: &[u8]) -> Option<Mode> {
        if json::opens(line) {
            return Some(Mode::Json(Box::default()));
        }
        if yaml::opens(line) {
            return Some(Mode::Yaml(YamlCutter::default()));
        }
        OPENERS.parser(line).map(Mode::Text)
    }

    fn begin(&mut self, mode: Mode, line: &[u8]) {
        self.is_oversize = false;
        match mode {
            Mode::Text(parser) => {
                self.begin_text(parser);
                if parser.takes_margin() {
                    let line = String::from_utf8_lossy(line);
                    self.margin.push_str(margin(&line));
                }
            }
            other => self.mode = other,
        }
    }

    fn begin_text(&mut self, parser: &'static dyn FactParser) {
        self.header.clear();
        self.margin.clear();
        self.header_bytes = 0;
        self.header_lines_left = parser.header_lines();
        self.mode = Mode::Text(parser);
    }

    fn json(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) -> usize {
        let Mode::Json(cutter) = &mut self.mode else {
            return 0;
        };
        // Taken in steps, so that a section never grows far beyond its limit.
        let window = bytes
            .get(..MAX_SECTION_BYTES.min(bytes.len()))
            .unwrap_or_default();
        let (taken, step) = cutter.next(window);
        let part = window.get(..taken).unwrap_or_default();
        match step {
            Step::More => return self.take(part, piece),
            Step::ItemBegins => self.tell(part, Some(Form::Plain), false, piece),
            Step::ItemEnded => {
                self.tell(part, None, false, piece);
                self.is_oversize = false;
            }
            Step::Ended => {
                let between_items = cutter.has_items().then_some(Form::Plain);
                self.tell(part, between_items, false, piece);
                self.mode = Mode::Lines;
            }
        }
        taken
    }

    fn yaml_line(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) -> usize {
        let Mode::Yaml(cutter) = &mut self.mode else {
            return 0;
        };
        let line = first_line(bytes);
        match cutter.line(line.text) {
            LineOf::Same => {}
            LineOf::Foreign => {
                self.flush(false, piece);
                self.mode = Mode::Lines;
                return 0;
            }
            LineOf::Item(_) | LineOf::Rest | LineOf::NewDocument => {
                self.flush(false, piece);
                self.is_oversize = false;
            }
        }
        self.take(bytes.get(..line.bytes).unwrap_or_default(), piece)
    }

    fn text_line(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) -> usize {
        let Mode::Text(parser) = self.mode else {
            return 0;
        };
        let line = first_line(bytes);
        let text = String::from_utf8_lossy(line.text);
        let is_first = self.section.is_empty() && self.header.is_empty();
        let goes_on = || match text.strip_prefix(self.margin.as_str()) {
            Some(text) => parser.goes_on(text),
            None => text.trim().is_empty(),
        };
        if !is_first && self.header_lines_left == 0 && !goes_on() {
            self.flush(false, piece);
            self.mode = Mode::Lines;
            return 0;
        }
        if self.header_lines_left > 0 {
            self.header_lines_left -= 1;
            self.header.push_str(&text);
            self.header.push('\n');
            self.header_bytes += line.bytes;
        }
        let taken = self.take(bytes.get(..line.bytes).unwrap_or_default(), piece);
        if parser.header_lines() > 0 && self.section.len() > TABLE_BYTES {
            self.flush(false, piece);
        }
        taken
    }

    /// Holds a part of a section that goes on; how many bytes.
    fn take(&mut self, part: &[u8], piece: &mut dyn FnMut(Piece<'_>)) -> usize {
        self.section.extend_from_slice(part);
        if self.section.len() > MAX_SECTION_BYTES {
            self.flush(false, piece);
        }
        part.len()
    }

    /// Tells the section that is held.
    fn flush(&mut self, open_end: bool, piece: &mut dyn FnMut(Piece<'_>)) {
        self.tell(&[], None, open_end, piece);
    }

    /// Tells the section that is held and ends with `part`, in the form of the mode unless another is given. One that outgrows
    /// the limit is given up.
    fn tell(
        &mut self,
        part: &[u8],
        form: Option<Form<'_>>,
        open_end: bool,
        piece: &mut dyn FnMut(Piece<'_>),
    ) {
        let is_held = !self.section.is_empty();
        if is_held {
            self.section.extend_from_slice(part);
        }
        let bytes = if is_held { &self.section } else { part };
        if bytes.is_empty() {
            return;
        }
        if bytes.len() > MAX_SECTION_BYTES {
            self.is_oversize = true;
            self.had_oversize = true;
        }
        let form = match &self.mode {
            _ if self.is_oversize => Form::Plain,
            mode => form.unwrap_or(match mode {
                Mode::Lines => Form::Plain,
                Mode::Json(cutter) => Form::Json {
                    list_kind: cutter.list_kind(),
                },
                Mode::Yaml(_) => Form::Yaml,
                Mode::Text(parser) => Form::Text {
                    parser: *parser,
                    header: &self.header,
                    header_bytes: self.header_bytes,
                },
            }),
        };
        piece(Piece::Section {
            form,
            bytes,
            open_end,
        });
        self.section.clear();
        self.header_bytes = 0;
    }
}

/// The first line of some bytes.
struct FirstLine<'a> {
    /// Without its line end.
    text: &'a [u8],
    /// How many bytes it has with its line end.
    bytes: usize,
}

fn first_line(bytes: &[u8]) -> FirstLine<'_> {
    let (text, length) = match memchr(b'\n', bytes) {
        Some(end) => (bytes.get(..end).unwrap_or_default(), end + 1),
        None => (bytes, bytes.len()),
    };
    FirstLine {
        text: text.strip_suffix(b"\r").unwrap_or(text),
        bytes: length,
    }
}
