//! How a run ends that is not let to its end.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use super::*;

/// A bundle that proves a problem first and then goes on and on.
fn endless() -> Vec<u8> {
    let noise = "2026-03-10T10:17:42+08:00 n1 app: request served\n".repeat(200_000);
    Fixture::new(vec![
        ("a/messages".into(), PROOF.into()),
        ("z/messages".into(), noise.into()),
    ])
    .tar()
}

fn piped(args: &[&str]) -> Child {
    let (out, err) = (Stdio::piped(), Stdio::piped());
    command(args)
        .stdin(Stdio::piped())
        .stdout(out)
        .stderr(err)
        .spawn()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_reading_and_what_was_read_is_reported() {
    for signal in ["-INT", "-TERM"] {
        let mut child = piped(&["-f", "json", "-"]);
        let mut input = child.stdin.take().unwrap();
        let bundle = endless();
        let half = bundle.len() / 2;
        input.write_all(&bundle[..half]).unwrap();
        let id = child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(killed.success());
        // The pipe stays open and gives no more.
        let run = Run::of(child.wait_with_output().unwrap()).ends_with(130);
        drop(input);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(report["status"], "partial");
        assert_eq!(report["problems"][0]["kind"], "interrupted");
        assert_eq!(report["problems"].as_array().unwrap().len(), 1);
        assert_eq!(report["findings"][0]["id"], "arp-table-overflow");
    }
}

#[test]
fn reading_ends_when_the_time_is_over() {
    let folder = Folder::new();
    let run = run(&["--max-time", "0s", "--strict", &folder.path("sick.tgz")]).ends_with(4);
    assert!(run.stdout.contains("max_time"), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_stalls_is_given_up_when_the_time_is_over() {
    for half in [endless().len() / 2, 0] {
        let mut child = piped(&["--max-time", "1s", "-f", "json", "-"]);
        let mut input = child.stdin.take().unwrap();
        input.write_all(&endless()[..half]).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(input);
        if half == 0 {
            let run = Run::of(output).ends_with(3);
            assert!(run.stderr.contains("max_time"), "{}", run.stderr);
            continue;
        }
        let run = Run::of(output).ends_with(0);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(report["findings"][0]["id"], "arp-table-overflow");
        let problems = report["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let detail = problems[0]["detail"].as_str().unwrap();
        assert!(detail.contains("max_time"), "{detail}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_in_a_sentence() {
    let folder = Folder::new();
    for args in [
        vec!["-o", "/dev/full"],
        vec!["-f", "json=/dev/full"],
        vec!["-f", "jsonl=/dev/full"],
        vec!["-f", "junit=/dev/full"],
        vec!["-f", "sarif=/dev/full"],
    ] {
        let sick = folder.path("sick.tgz");
        let run = run(&[&args[..], &[&sick]].concat()).ends_with(5);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(run.stderr.contains("No space left"), "{}", run.stderr);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let mut child = piped(&["--evidence", "all", &folder.path("sick.tgz")]);
    drop(child.stdout.take());
    drop(child.stdin.take());
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_redacted_report_can_be_compared_but_a_saved_one_not_redacted() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let saved = folder.path("saved.json");
    run(&["-o", &saved, "-f", "json", "--redact", &sick]).ends_with(0);
    run(&["diff", &saved, &sick]).ends_with(0);
    let refused = run(&["diff", "--redact", &saved, &sick]).ends_with(2);
    assert!(
        refused.stderr.contains("redact it when"),
        "{}",
        refused.stderr
    );
}
