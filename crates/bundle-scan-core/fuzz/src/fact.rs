//! Structured members: sections, grammars of text, documents.

use std::io::Cursor;
use std::sync::LazyLock;

use bundle_scan_core::base::legible::legible;
use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::diff::{Stream, compare, read_stream};
use bundle_scan_core::fact::reader::{Form, Piece, Reader};
use bundle_scan_core::fact::tree::Arena;
use bundle_scan_core::fact::{self, Fact, FactParser, Section, Value};
use bundle_scan_core::render::RenderOptions;
use bundle_scan_core::render::{diff, diff_json};
use bundle_scan_core::{Lang, SignatureSet};

use crate::bundle::{check_json, check_text};
use crate::first_line;

/// What a member was last modified at.
const MODIFIED: i64 = 1_800_000_000;
/// Stands for each parser, one after the other: a fixture that begins with it is not about the wrong one when parsers are added.
pub(crate) const ALL_PARSERS: u8 = u8::MAX;
/// The first line of a document that is a saved report.
pub(crate) const REPORT: &[u8] = b"report";
/// The first line of one that is YAML. Others are the kind of the list that an object in JSON was cut out of, or empty.
pub(crate) const YAML: &[u8] = b"yaml";

pub(crate) static PARSERS: LazyLock<Vec<&dyn FactParser>> = LazyLock::new(|| {
    let parsers: Vec<_> = fact::parsers().collect();
    assert!(parsers.len() < usize::from(ALL_PARSERS));
    parsers
});

/// Parses any text with the parser that the first byte picks: nothing panics, and every place lies in the text.
pub fn grammars(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(data);
    match *choice {
        ALL_PARSERS => PARSERS.iter().for_each(|parser| parse(*parser, &text)),
        choice => parse(PARSERS[usize::from(choice) % PARSERS.len()], &text),
    }
}

fn parse(parser: &dyn FactParser, text: &str) {
    let lines = text.split_inclusive('\n').take(parser.header_lines());
    let (header, rest) = text.split_at(lines.map(str::len).sum());
    text.lines().for_each(|line| {
        parser.opens(line);
        parser.goes_on(line);
    });
    let path = MemberPath::new("sos_commands/any/member");
    let section = Section {
        path: &path,
        header,
        text: rest,
        modified: Some(MODIFIED),
        open_end: !text.ends_with('\n'),
    };
    let mut facts = Vec::new();
    parser.parse(&section, &mut facts);
    parser.is_quotation(&section);
    check(&facts, rest);
}

/// Reads any text as an object: in YAML, in JSON, as an element of a list of any kind; or as a report that was saved. The first line tells as what.
pub fn documents(data: &[u8]) {
    let (as_what, data) = first_line(data);
    if as_what == REPORT {
        return saved(data);
    }
    let list_kind = std::str::from_utf8(as_what).ok();
    let form = match as_what {
        YAML => Form::Yaml,
        _ => Form::Json {
            list_kind: list_kind.filter(|kind| !kind.is_empty()),
        },
    };
    section(form, data, &MemberPath::new("objects/any"), true);
}

/// Reads any bytes as a saved report; one that is whole does not differ from itself.
fn saved(data: &[u8]) {
    let Ok(Stream::Report(summary)) = read_stream("saved", Cursor::new(data.to_vec())) else {
        return;
    };
    let set = SignatureSet::empty();
    let diff_of_same = compare(&summary, &summary, &set);
    for lang in [Lang::En, Lang::Zh] {
        let options = RenderOptions {
            lang,
            ..RenderOptions::default()
        };
        let mut text = Vec::new();
        diff::write_text(&diff_of_same, &set, &options, &mut text).expect("into memory");
        check_text(&text);
        let mut json = Vec::new();
        diff_json::write_json(&diff_of_same, &set, &options, &mut json).expect("into memory");
        check_json(&json);
    }
}

/// Cuts any bytes into sections and parses them: every byte is told once, in order, and the sections do not depend on the blocks in which the
/// lines come. The first line of the data is the path.
pub fn reader(data: &[u8]) {
    let (path, data) = first_line(data);
    let path = MemberPath::from_bytes(path);
    let whole = cut(&path, [data].into_iter(), true);
    let lines = data.split_inclusive(|byte| *byte == b'\n');
    assert_eq!(whole, cut(&path, lines, false), "the same by lines");
    Reader::finds_section(data);
}

/// What was cut out, in words, and what it is.
type Cut = Vec<(String, Vec<u8>)>;

fn cut<'d>(path: &MemberPath, blocks: impl Iterator<Item = &'d [u8]>, is_parsed: bool) -> Cut {
    let mut reader = Reader::new(path);
    let mut sections = Vec::new();
    let (mut given, mut told) = (Vec::new(), Vec::new());
    let mut take = |block: &[u8], piece: Piece<'_>| match piece {
        Piece::Lines(range) => told.extend_from_slice(&block[range]),
        Piece::Section {
            form,
            bytes,
            open_end,
        } => {
            told.extend_from_slice(bytes);
            let what = format!("{}, open: {open_end}", words(form));
            sections.push((what, bytes.to_vec()));
            if is_parsed {
                section(form, bytes, path, open_end);
            }
        }
    };
    for block in blocks {
        given.extend_from_slice(block);
        reader.feed(block, &mut |piece| take(block, piece));
    }
    reader.finish(&mut |piece| take(&[], piece));
    assert!(told == given, "every byte is told once");
    sections
}

fn words(form: Form<'_>) -> String {
    match form {
        Form::Plain => "plain".to_owned(),
        Form::Json { list_kind } => format!("json {list_kind:?}"),
        Form::Yaml => "yaml".to_owned(),
        Form::Text {
            parser,
            header,
            header_bytes,
        } => format!("{} {header:?} {header_bytes}", parser.id()),
    }
}

/// Parses a section as a scan does.
fn section(form: Form<'_>, bytes: &[u8], path: &MemberPath, open_end: bool) {
    let (header, header_bytes) = match form {
        Form::Text {
            header,
            header_bytes,
            ..
        } => (header, header_bytes),
        _ => ("", 0),
    };
    let text = legible(&bytes[header_bytes..]);
    let section = Section {
        path,
        header,
        text: &text,
        modified: Some(MODIFIED),
        open_end,
    };
    let arena = Arena::default();
    let mut facts = Vec::new();
    fact::parse(form, &section, &arena, &mut facts);
    check(&facts, &text);
}

/// Every place lies in the text, every field is one of its kind and known once, and is what the kind says.
fn check(facts: &[Fact<'_>], text: &str) {
    for fact in facts {
        assert!(text.is_char_boundary(fact.at), "{fact:?}");
        let mut known = 0_u64;
        for field in &fact.fields {
            assert!(text.is_char_boundary(field.at), "{fact:?}");
            let declared = &fact.kind.fields[field.position];
            assert_eq!(declared.name, field.name);
            assert!(field.value.is_a(declared.of), "{fact:?}");
            assert!(known & 1 << field.position == 0, "twice: {fact:?}");
            known |= 1 << field.position;
            if let Value::Number(number) = field.value {
                assert!(!number.is_nan(), "{fact:?}");
            }
            field.value.shown();
        }
    }
}
