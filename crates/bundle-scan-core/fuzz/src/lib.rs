//! What the fuzz targets run, and what must hold for any input.

use aho_corasick::AhoCorasick;
use bundle_scan_core::Means;
use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::fact::reader::{Piece, Reader};
use bundle_scan_core::fact::tree::Arena;
use bundle_scan_core::fact::{self, Fact, Section};
use bundle_scan_core::matcher::anchor::AnchorIndex;

#[path = "../../../bundle-scan-inflate/tests/oracle/judge.rs"]
mod judge;

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

/// Searches any text for any anchors, as one block and as two: what is found is what an automaton finds. The first line of the data
/// holds the anchors, with a zero byte between them.
pub fn search(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (anchors, text) = (&data[..end], &data[end + 1..]);
    let mut anchors: Vec<Vec<u8>> = anchors
        .split(|byte| *byte == 0)
        .filter(|anchor| !anchor.is_empty())
        .map(<[u8]>::to_ascii_lowercase)
        .collect();
    anchors.sort();
    anchors.dedup();
    if anchors.is_empty() {
        return;
    }
    let owners = anchors.iter().map(Vec::as_slice).zip(0..);
    let index = AnchorIndex::new(owners, Means::Own);
    let oracle = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&anchors)
        .expect("few anchors make a small automaton");
    let cut = text.len() / 2;
    for block in [text, &text[..cut], &text[cut..]] {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut last = 0;
        index.scan(block, |place, leaves| {
            assert!(place >= last, "places ascend");
            last = place;
            found.extend(leaves.iter().map(|leaf| (*leaf as usize, place)));
        });
        found.sort_unstable();
        let expected = oracle.find_overlapping_iter(block);
        let mut expected: Vec<(usize, usize)> = expected
            .map(|hit| (hit.pattern().as_usize(), hit.start()))
            .collect();
        expected.sort_unstable();
        assert_eq!(found.len(), expected.len(), "as many occurrences");
        for ((leaf, place), (pattern, start)) in found.into_iter().zip(expected) {
            let occurrence = start..start + anchors[pattern].len();
            assert!(leaf == pattern && occurrence.contains(&place));
        }
    }
}

/// Decodes any bytes as a deflate stream and as a gzip file: as flate2 does. The first two bytes are the sizes of the pieces in which
/// the others come and their content is taken; none stands for much at once. Of what grows without end the beginning is enough, if it
/// is more than is decoded at a time.
pub fn inflate(data: &[u8]) {
    let Some(([input, content], bytes)) = data.split_first_chunk() else {
        return;
    };
    let size = |byte: u8, large| if byte == 0 { large } else { byte.into() };
    let pieces = judge::Pieces {
        input: size(*input, judge::Pieces::LARGE.input),
        content: size(*content, judge::Pieces::LARGE.content),
        limit: 400 << 10,
    };
    judge::agree_on_deflate(bytes, pieces);
    judge::agree_on_gzip(bytes, pieces);
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
