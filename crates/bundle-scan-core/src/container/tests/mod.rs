//! The shared suite of the room: every packing, whole, cut and damaged, and inputs made to harm.

#![allow(clippy::unwrap_used)]

mod limits;
mod parts;

use std::fs;
use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use bundle_scan_testkit::{Fixture, MTIME, corrupt, truncate};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Body, Input, Member, OpenError, Part, Terms, Totals, Visitor, walk};
use crate::base::limits::Limits;
use crate::base::problem::{Problem, ProblemKind};

/// Keeps all it is given.
#[derive(Default)]
struct Seen {
    members: Vec<(String, Vec<u8>)>,
    modified: Vec<Option<i64>>,
    problems: Vec<Problem>,
    stop_after: Option<usize>,
}

impl Visitor for Seen {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        let mut bytes = Vec::new();
        match body {
            Body::Mapped(mapping) => bytes.extend_from_slice(mapping.bytes()),
            Body::Stream(stream) => drop(stream.read_to_end(&mut bytes).unwrap()),
        }
        self.members.push((member.path.as_str().to_owned(), bytes));
        self.modified.push(member.modified);
        match self.stop_after {
            Some(count) if self.members.len() >= count => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        part.walk(self)
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Seen {
    fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    /// Whether no member has two problems. The bundle may: each damaged header of a tar is one of its own.
    fn is_reported_once(&self) -> bool {
        let named = self.problems.iter().map(|problem| problem.member.as_str());
        let named: Vec<&str> = named.filter(|member| !member.is_empty()).collect();
        let mut unique = named.clone();
        unique.sort_unstable();
        unique.dedup();
        unique.len() == named.len()
    }

    fn paths(&self) -> Vec<&str> {
        self.members.iter().map(|(path, _)| path.as_str()).collect()
    }
}

/// What was walked.
#[derive(Debug)]
struct Walked {
    container: String,
    totals: Arc<Totals>,
}

fn walk_within(input: Input, limits: &Limits, seen: &mut Seen) -> Result<Walked, OpenError> {
    let terms = terms(limits);
    let totals = Arc::clone(&terms.totals);
    let container = walk(input, terms, seen)?;
    Ok(Walked { container, totals })
}

fn terms(limits: &Limits) -> Terms {
    Terms {
        limits: Arc::new(limits.clone()),
        ..Terms::default()
    }
}

fn read_within(bytes: Vec<u8>, limits: &Limits) -> (Seen, Walked) {
    let mut seen = Seen::default();
    let input = Input::Reader(Box::new(Cursor::new(bytes)));
    let walked = walk_within(input, limits, &mut seen).unwrap();
    (seen, walked)
}

fn read(bytes: Vec<u8>) -> (Seen, Walked) {
    read_within(bytes, &Limits::default())
}

fn open(path: &Path) -> (Seen, Walked) {
    let mut seen = Seen::default();
    let input = Input::Path(path.to_owned());
    let walked = walk_within(input, &Limits::default(), &mut seen).unwrap();
    (seen, walked)
}

/// Walks `bytes` as a file named `name`.
fn open_bytes(name: &str, bytes: &[u8]) -> (Seen, Walked) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    open(&path)
}

/// Three files: small, compressible and larger than any buffer, and one with a path too long for a plain tar header.
fn fixture() -> Fixture {
    let many: String = (0..60_000)
        .map(|n| format!("node-7 agentd[{n}]: sync {}\n", n * 7919 % 10_007))
        .collect();
    let long = format!("{}current.log", "deep-namespace-name/".repeat(9));
    Fixture::new(vec![
        ("etc/hostname".to_owned(), b"node-7\n".to_vec()),
        (long, b"one line\n".to_vec()),
        ("var/log/messages".to_owned(), many.into_bytes()),
    ])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let frame = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(frame, Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn one_file(path: &str, bytes: Vec<u8>) -> Fixture {
    Fixture::new(vec![(path.to_owned(), bytes)])
}

#[test]
fn every_packing_gives_the_same_members() {
    let fixture = fixture();
    for (name, pack) in Fixture::PACKINGS {
        let bytes = pack(&fixture);
        for (how, (seen, walked)) in [
            ("stream", read(bytes.clone())),
            ("file", open_bytes("bundle", &bytes)),
        ] {
            assert!(seen.members == fixture.files(), "{name} as {how}");
            assert_eq!(seen.problems, [], "{name} as {how}");
            let expected = vec![Some(MTIME as i64); seen.members.len()];
            assert_eq!(seen.modified, expected, "{name} as {how}");
            let decoded: usize = fixture.files().iter().map(|file| file.1.len()).sum();
            assert_eq!(
                walked.totals.bytes_decoded(),
                decoded as u64,
                "{name} as {how}"
            );
            assert_eq!(walked.totals.members(), 3, "{name} as {how}");
        }
    }
}

#[test]
fn a_directory_gives_the_same_members() {
    let directory = tempfile::tempdir().unwrap();
    fixture().write_dir(directory.path());
    let (seen, walked) = open(directory.path());
    assert!(seen.members == fixture().files());
    assert_eq!(seen.modified, vec![Some(MTIME as i64); 3]);
    assert_eq!(
        (walked.container.as_str(), seen.problems.len()),
        ("directory", 0)
    );
}

#[test]
fn a_bundle_is_named_by_its_formats() {
    let fixture = fixture();
    let text = b"plain text\n".to_vec();
    for (bytes, expected) in [
        (fixture.tar(), "tar"),
        (fixture.tar_gz(), "tar+gzip"),
        (fixture.tar_zst(), "tar+zstd"),
        (fixture.zip(), "zip"),
        (gzip(&text), "gzip"),
        (lz4(&text), "lz4"),
        (text, "file"),
    ] {
        assert_eq!(read(bytes.clone()).1.container, expected);
        assert_eq!(open_bytes("x", &bytes).1.container, expected);
    }
}

#[test]
fn single_files_keep_their_own_path() {
    let text = b"a line\n".to_vec();
    let gz = gzip(&text);
    assert_eq!(
        open_bytes("messages", &text).0.members,
        [("messages".to_owned(), text.clone())]
    );
    assert_eq!(
        open_bytes("messages.gz", &gz).0.members,
        [("messages.gz".to_owned(), text.clone())]
    );
    assert_eq!(read(gz).0.members, [("stdin".to_owned(), text)]);
}

#[test]
fn nested_containers_keep_their_address() {
    let fixture = Fixture::parse("//- var/log/a\none\n//- var/log/b\ntwo\n");
    let (seen, _) = read(fixture.nested());
    let expected = ["inner.zip!var/log/a.gz", "inner.zip!var/log/b.gz"];
    assert_eq!((seen.paths(), seen.problems.len()), (expected.to_vec(), 0));
    assert_eq!(seen.members[0].1, b"one\n");

    let directory = tempfile::tempdir().unwrap();
    one_file("nodes/n1.tgz", fixture.tar_gz()).write_dir(directory.path());
    let (seen, _) = open(directory.path());
    assert_eq!(
        seen.paths(),
        ["nodes/n1.tgz!var/log/a", "nodes/n1.tgz!var/log/b"]
    );
}

#[test]
fn a_cut_packing_gives_what_came_before_and_one_problem() {
    let fixture = fixture();
    for (name, pack) in Fixture::PACKINGS {
        let bytes = pack(&fixture);
        for keep in [bytes.len() / 4, bytes.len() / 2, bytes.len() * 9 / 10] {
            let (seen, _) = read(truncate(&bytes, keep));
            assert_eq!(
                seen.kinds(),
                [ProblemKind::Truncated],
                "{name} cut at {keep}: {:?}",
                seen.problems
            );
            for (found, whole) in seen.members.iter().zip(fixture.files()) {
                assert_eq!(found.0, whole.0, "{name} cut at {keep}");
                assert!(whole.1.starts_with(&found.1), "{name} cut at {keep}");
            }
        }
    }
}

#[test]
fn any_cut_and_any_flip_is_survived() {
    let fixture = Fixture::parse("//- a/b\nsome text\n//- c\nmore text, more text, more text\n");
    let packings = Fixture::PACKINGS
        .into_iter()
        .map(|(name, pack)| (name, pack(&fixture)));
    for (name, bytes) in
        packings.chain([("nested", fixture.nested()), ("lz4", lz4(&fixture.tar()))])
    {
        for at in 1..bytes.len() {
            let (cut, _) = read(truncate(&bytes, at));
            assert!(
                cut.problems.len() <= 1,
                "{name} cut at {at}: {:?}",
                cut.problems
            );
            let (flipped, _) = read(corrupt(&bytes, at));
            assert!(
                flipped.is_reported_once(),
                "{name} flipped at {at}: {:?}",
                flipped.problems
            );
        }
    }
}

#[test]
fn a_cut_single_stream_is_a_truncated_problem_of_the_bundle() {
    let text = fixture().files()[2].1.clone();
    for (name, bytes) in [("gzip", gzip(&text)), ("lz4", lz4(&text))] {
        let (seen, _) = read(truncate(&bytes, bytes.len() / 2));
        assert_eq!(seen.kinds(), [ProblemKind::Truncated], "{name}");
        assert_eq!(seen.problems[0].member.as_str(), "", "{name}");
        assert!(
            !seen.members[0].1.is_empty() && text.starts_with(&seen.members[0].1),
            "{name}"
        );
    }
}

#[test]
fn a_cut_tgz_delivers_the_members_before_the_cut_whole() {
    let bytes = fixture().tar_gz();
    let (seen, _) = read(truncate(&bytes, bytes.len() / 2));
    assert_eq!(seen.members.len(), 3);
    assert!(seen.members[..2] == fixture().files()[..2]);
    assert!(
        seen.problems[0]
            .detail
            .contains("while var/log/messages is read"),
        "{:?}",
        seen.problems
    );
}

#[test]
fn a_tar_may_end_without_end_blocks_at_a_member_boundary() {
    let tar = Fixture::parse("//- a\ntext\n").tar();
    let (seen, _) = read(truncate(&tar, 1024));
    assert_eq!((seen.paths(), seen.problems.len()), (vec!["a"], 0));
}

#[test]
fn a_damaged_tar_header_costs_only_its_member() {
    let tar = Fixture::parse("//- a\n1\n//- b\n2\n//- c\n3\n").tar();
    let (seen, _) = read(corrupt(&tar, 1024 + 3));
    assert_eq!(seen.paths(), ["a", "c"]);
    assert_eq!(seen.kinds(), [ProblemKind::Corrupt]);
}

#[test]
fn a_bad_checksum_in_a_zip_names_the_member() {
    let mut archive = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = ::zip::write::SimpleFileOptions::default()
        .compression_method(::zip::CompressionMethod::Stored);
    archive.start_file("a", stored).unwrap();
    archive.write_all(b"needle text\n").unwrap();
    archive.start_file("b", stored).unwrap();
    archive.write_all(b"fine\n").unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    let at = bytes
        .windows(6)
        .position(|window| window == b"needle")
        .unwrap();
    let (seen, _) = read(corrupt(&bytes, at));
    assert_eq!(seen.paths(), ["a", "b"]);
    assert_eq!(seen.kinds(), [ProblemKind::Corrupt]);
    assert_eq!(seen.problems[0].member.as_str(), "a");
}

#[test]
fn concatenated_streams_are_one() {
    let (a, b) = (b"first\n".as_slice(), b"second\n".as_slice());
    for (name, bytes) in [
        ("gzip", [gzip(a), gzip(b)].concat()),
        ("gzip padded", [gzip(a), gzip(b), vec![0; 700]].concat()),
        (
            "zstd",
            [
                zstd::encode_all(a, 0).unwrap(),
                zstd::encode_all(b, 0).unwrap(),
            ]
            .concat(),
        ),
        ("lz4", [lz4(a), lz4(b)].concat()),
    ] {
        let (seen, _) = read(bytes);
        assert_eq!(
            (seen.members[0].1.as_slice(), seen.problems.len()),
            ([a, b].concat().as_slice(), 0),
            "{name}"
        );
    }
}

#[test]
fn garbage_behind_a_gzip_member_is_corrupt() {
    let (seen, _) = read([gzip(b"text\n"), b"garbage".to_vec()].concat());
    assert_eq!(seen.members[0].1, b"text\n");
    assert_eq!(seen.kinds(), [ProblemKind::Corrupt]);
}

#[test]
fn a_cut_zip_with_sizes_behind_its_members_is_still_read() {
    let mut archive = ::zip::ZipWriter::new_stream(Vec::new());
    let deflated = ::zip::write::SimpleFileOptions::default();
    for (path, content) in fixture().files() {
        archive.start_file(path.as_str(), deflated).unwrap();
        archive.write_all(content).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let (seen, _) = read(truncate(&bytes, bytes.len() * 9 / 10));
    assert_eq!(seen.members.len(), 3, "{:?}", seen.problems);
    assert!(seen.members[..2] == fixture().files()[..2]);
    assert_eq!(seen.kinds(), [ProblemKind::Truncated]);
}

#[test]
fn a_zip_in_a_cut_stream_is_reported_once() {
    let outer = one_file("n.zip", fixture().zip()).tar_gz();
    let (seen, _) = read(truncate(&outer, outer.len() / 2));
    assert_eq!(
        seen.kinds(),
        [ProblemKind::Truncated],
        "{:?}",
        seen.problems
    );
}

#[test]
fn encrypted_and_foreign_archives_are_named() {
    for (bytes, kind) in [
        (
            b"7z\xbc\xaf\x27\x1c rest of it".to_vec(),
            ProblemKind::Unsupported,
        ),
        (
            b"Rar!\x1a\x07\x01\x00 rest of it".to_vec(),
            ProblemKind::Unsupported,
        ),
        (
            b"\x8c\x0d\x04\x09\x03\x02 rest of it".to_vec(),
            ProblemKind::Encrypted,
        ),
    ] {
        let (seen, _) = read(bytes);
        assert_eq!((seen.kinds(), seen.members.len()), (vec![kind], 0));
    }
}

#[test]
fn an_encrypted_zip_member_is_named_and_the_rest_read() {
    let mut zip = Fixture::parse("//- a\nsecret\n//- b\nopen\n").zip();
    let directory = zip
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    zip[6] |= 1;
    zip[directory + 8] |= 1;
    let (seen, _) = read(zip);
    assert_eq!(seen.paths(), ["b"]);
    assert_eq!(seen.kinds(), [ProblemKind::Encrypted]);
    assert_eq!(seen.problems[0].member.as_str(), "a");
}

#[test]
fn names_never_leave_the_bundle() {
    let mut archive = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.as_old_mut().name[..16].copy_from_slice(b"../../etc/passwd");
    header.set_size(2);
    header.set_cksum();
    archive.append(&header, b"x\n".as_slice()).unwrap();
    let (seen, _) = read(archive.into_inner().unwrap());
    assert_eq!(seen.paths(), ["etc/passwd"]);
}

#[cfg(unix)]
#[test]
fn links_in_a_directory_are_not_followed_and_unreadable_files_are_problems() {
    let directory = tempfile::tempdir().unwrap();
    Fixture::parse("//- a/x\n1\n//- a.log\n2\n").write_dir(directory.path());
    std::os::unix::fs::symlink("/etc/passwd", directory.path().join("link")).unwrap();
    std::os::unix::fs::symlink(directory.path(), directory.path().join("a/loop")).unwrap();
    let (seen, _) = open(directory.path());
    assert_eq!(
        (seen.paths(), seen.problems.len()),
        (vec!["a.log", "a/x"], 0)
    );
}

/// Panics at members of a certain name.
struct Squeamish(Seen);

impl Visitor for Squeamish {
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()> {
        assert!(!member.path.as_str().ends_with("hostname"), "ugh");
        self.0.member(member, body)
    }

    fn part(&mut self, part: Part) -> ControlFlow<()> {
        part.walk(self)
    }

    fn problem(&mut self, problem: Problem) {
        self.0.problem(problem);
    }
}

#[test]
fn a_visitor_that_panics_is_shown_the_other_members() {
    for (name, pack) in Fixture::PACKINGS {
        let mut visitor = Squeamish(Seen::default());
        let input = Input::Reader(Box::new(Cursor::new(pack(&fixture()))));
        walk(input, Terms::default(), &mut visitor).unwrap();
        assert_eq!(visitor.0.members.len(), 2, "{name}");
        assert_eq!(visitor.0.kinds(), [ProblemKind::Internal], "{name}");
    }
}

#[test]
fn a_visitor_can_end_the_walk() {
    for (_, pack) in Fixture::PACKINGS {
        let mut seen = Seen {
            stop_after: Some(1),
            ..Seen::default()
        };
        let input = Input::Reader(Box::new(Cursor::new(pack(&fixture()))));
        walk_within(input, &Limits::default(), &mut seen).unwrap();
        assert_eq!((seen.members.len(), seen.problems.len()), (1, 0));
    }
}

#[test]
fn unusable_inputs_are_errors_that_name_the_path() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty");
    fs::write(&empty, b"").unwrap();
    let missing = directory.path().join("missing");
    for (path, expected) in [(&empty, "nothing to scan"), (&missing, "cannot open")] {
        let error = walk_within(
            Input::Path(path.clone()),
            &Limits::default(),
            &mut Seen::default(),
        )
        .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(expected) && text.contains(&*path.to_string_lossy()),
            "{text}"
        );
    }
    let nothing = Input::Reader(Box::new(std::io::empty()));
    let error = walk_within(nothing, &Limits::default(), &mut Seen::default()).unwrap_err();
    assert!(matches!(error, OpenError::Empty(_)));
}
