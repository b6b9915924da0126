//! What the fuzz targets run, and what must hold for any input.

use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::fact::reader::{Piece, Reader};
use bundle_scan_core::fact::tree::Arena;
use bundle_scan_core::fact::{self, Fact, Section};

/// Parses any text with one parser: nothing panics, and every place lies in the text.
pub fn parse(id: &str, data: &[u8]) {
    let parser = fact::parsers()
        .find(|parser| parser.id() == id)
        .expect("a known parser");
    let text = String::from_utf8_lossy(data);
    let (header, rest) = split_header(&text, parser.header_lines());
    text.lines().for_each(|line| {
        parser.opens(line);
        parser.goes_on(line);
    });
    let path = MemberPath::new("sos_commands/any/member");
    let section = Section {
        path: &path,
        header,
        text: rest,
        modified: Some(1_800_000_000),
        open_end: data.len() % 2 == 0,
    };
    let mut facts = Vec::new();
    parser.parse(&section, &mut facts);
    check(&facts, rest);
}

/// Reads any document as an object.
pub fn object(data: &[u8], form: fact::reader::Form<'_>) {
    let text = String::from_utf8_lossy(data);
    let path = MemberPath::new("cluster-resources/pods/shop.json");
    let section = Section {
        path: &path,
        header: "",
        text: &text,
        modified: Some(1_800_000_000),
        open_end: false,
    };
    let arena = Arena::default();
    let mut facts = Vec::new();
    fact::parse(form, &section, &arena, &mut facts);
    check(&facts, &text);
}

/// Cuts any bytes into sections and parses them: every byte is told once, in order.
pub fn read(data: &[u8]) {
    let path = MemberPath::new("upload.txt");
    let mut reader = Reader::new(&path);
    let mut told = Vec::new();
    let mut take = |piece: Piece<'_>| match piece {
        Piece::Lines(range) => told.extend_from_slice(&data[range]),
        Piece::Section {
            form,
            bytes,
            open_end,
        } => {
            told.extend_from_slice(bytes);
            let text = String::from_utf8_lossy(bytes);
            let section = Section {
                path: &path,
                header: "",
                text: &text,
                modified: None,
                open_end,
            };
            let arena = Arena::default();
            let mut facts = Vec::new();
            fact::parse(form, &section, &arena, &mut facts);
            check(&facts, &text);
        }
    };
    reader.feed(data, &mut take);
    reader.finish(&mut take);
    assert!(told == data, "every byte is told once");
}

fn split_header(text: &str, lines: usize) -> (&str, &str) {
    let end = text.split_inclusive('\n').take(lines).map(str::len).sum();
    text.split_at(end)
}

fn check(facts: &[Fact<'_>], text: &str) {
    for fact in facts {
        assert!(text.is_char_boundary(fact.at), "{fact:?}");
        for field in &fact.fields {
            assert!(text.is_char_boundary(field.at), "{fact:?}");
        }
    }
}
