//! What becomes of members that make this program panic, and of the others.
#![allow(clippy::unwrap_used)]

use std::io::{self, Read};

use bundle_scan_testkit::Fixture;

use super::Scanner;
use crate::base::problem::ProblemKind;
use crate::report::Report;
use crate::signature::SignatureSet;

const PROOF: &str =
    "Mar 10 10:17:41 n1 kernel: [12345.678901] neighbour: arp_cache: neighbor table overflow!\n";

fn scanner(threads: usize) -> Scanner {
    let mut builder = Scanner::builder();
    builder.threads(threads).block_bytes(1 << 12);
    builder.build(SignatureSet::builtin().unwrap())
}

/// The members that prove the finding, and those that have problems.
fn told(report: &Report) -> (Vec<&str>, Vec<(&str, ProblemKind)>) {
    let finding = report.finding("arp-table-overflow").unwrap();
    let proofs = finding.evidence.iter().map(|proof| proof.member.as_str());
    let problems = report.problems.iter();
    (
        proofs.collect(),
        problems
            .map(|problem| (problem.member.as_str(), problem.kind))
            .collect(),
    )
}

#[test]
fn a_member_that_provokes_a_panic_costs_itself() {
    let lines = PROOF.repeat(200).into_bytes();
    let pods = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n---\n".repeat(300);
    // Another record: the same one would be shown once.
    let later = PROOF
        .replace("10:17:41", "10:19:51")
        .replace("[123", "[124");
    let fixture = Fixture::new(vec![
        ("a/var/log/messages".into(), PROOF.into()),
        ("provoked-panic/var/log/messages".into(), lines),
        ("provoked-panic/pods.yaml".into(), pods.into_bytes()),
        ("z/var/log/messages".into(), later.into_bytes()),
    ]);
    let folder = tempfile::tempdir().unwrap();
    for threads in [1, 2, 8] {
        for packed in [fixture.tar_gz(), fixture.zip()] {
            let path = folder.path().join("bundle");
            std::fs::write(&path, packed).unwrap();
            let report = scanner(threads).scan_path(&path).unwrap();
            let (proofs, problems) = told(&report);
            assert_eq!(proofs, ["a/var/log/messages", "z/var/log/messages"]);
            let expected = [
                "provoked-panic/pods.yaml",
                "provoked-panic/var/log/messages",
            ];
            assert_eq!(problems, expected.map(|path| (path, ProblemKind::Internal)));
            let covered = report.coverage.members.iter();
            let lines: Vec<u64> = covered.map(|member| member.lines).collect();
            assert_eq!(lines[2], 200, "{lines:?}");
        }
    }
}

/// Gives some bytes and panics.
struct Trap {
    bytes: io::Cursor<Vec<u8>>,
}

impl Read for Trap {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(out)?;
        assert!(count > 0, "trapped");
        Ok(count)
    }
}

#[test]
fn a_reader_that_panics_costs_what_comes_after() {
    let noise = PROOF.replace("arp_cache", "other").repeat(20_000);
    let fixture = Fixture::new(vec![
        ("a/var/log/messages".into(), PROOF.into()),
        ("b/var/log/messages".into(), noise.into_bytes()),
    ]);
    for threads in [1, 2] {
        for half in [fixture.tar(), fixture.tar_gz()].map(|mut packed| {
            packed.truncate(packed.len() / 2);
            packed
        }) {
            let bytes = io::Cursor::new(half);
            let report = scanner(threads).scan_reader("upload", Trap { bytes });
            let report = report.unwrap();
            let (proofs, problems) = told(&report);
            assert_eq!(proofs, ["a/var/log/messages"]);
            let internal = |problem: &(&str, ProblemKind)| problem.1 == ProblemKind::Internal;
            assert!(
                !problems.is_empty() && problems.iter().all(internal),
                "{problems:?}"
            );
        }
    }
}
