//! Runs the examples of the library.
#![allow(missing_docs, clippy::unwrap_used)]
#![allow(dead_code, reason = "the examples have a `main` of their own")]

use std::io::Cursor;
use std::path::{Path, PathBuf};

use bundle_scan_testkit::Fixture;

#[path = "../crates/bundle-scan-core/examples/own_signatures.rs"]
mod own_signatures;
#[path = "../crates/bundle-scan-core/examples/scan_path.rs"]
mod scan_path;
#[path = "../crates/bundle-scan-core/examples/scan_reader.rs"]
mod scan_reader;
#[path = "../crates/bundle-scan-core/examples/stream.rs"]
mod stream;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

fn bundle() -> PathBuf {
    Path::new(CRATE).join("../../corpus/thinpool-full/bundle")
}

#[track_caller]
fn says(out: Vec<u8>, expected: &[&str]) {
    let text = String::from_utf8(out).unwrap();
    for part in expected {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn scan_path_tells_causes_with_proof_and_remedy() {
    let mut out = Vec::new();
    scan_path::run(&bundle(), &mut out).unwrap();
    says(
        out,
        &[
            "  explains thinpool-out-of-data-space",
            "  dmesg.log:",
            "  do: ",
        ],
    );
}

#[test]
fn scan_reader_reads_an_upload_or_refuses_it() {
    let packed = Fixture::from_dir(bundle()).tar_gz();
    for (most, expected) in [(1 << 30, "Thin pool ran out of space"), (10, "refused")] {
        let mut out = Vec::new();
        scan_reader::run(Cursor::new(packed.clone()), most, &mut out).unwrap();
        says(out, &[expected]);
    }
}

#[test]
fn own_signatures_are_found_from_memory_and_from_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new(CRATE).join("../../signatures/storage/thinpool-fs-readonly.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    let causes = text
        .find("causes:")
        .map_or(0..0, |at| at..at + text[at..].find('\n').unwrap());
    let alone = [&text[..causes.start], &text[causes.end..]].concat();
    std::fs::write(folder.path().join("thinpool-fs-readonly.yaml"), alone).unwrap();
    let mut out = Vec::new();
    own_signatures::run(&bundle(), Some(folder.path()), &mut out).unwrap();
    says(out, &["acme-pool-watermark", "thinpool-fs-readonly"]);
}

#[test]
fn stream_tells_before_the_report_is_there() {
    let mut out = Vec::new();
    stream::run(&bundle(), &mut out).unwrap();
    says(out, &["maybe ", " seen, 9 findings"]);
}

/// A thing to be read at one look.
#[test]
fn examples_are_short() {
    for entry in std::fs::read_dir(Path::new(CRATE).join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines < 60, "{} has {lines} lines", path.display());
    }
}
