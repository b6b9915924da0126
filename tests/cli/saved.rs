//! Reports that were saved, in whatever way they come back.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use bundle_scan_testkit::Fixture;

use crate::{Folder, Run, command, run};

/// A folder with its sick bundle scanned.
fn with_report() -> (Folder, String) {
    let folder = Folder::new();
    let report = run(&["-f", "json", &folder.path("sick.tgz")]).ends_with(0);
    (folder, report.stdout)
}

#[test]
fn a_saved_report_may_be_packed_or_marked_as_unicode() {
    let (folder, report) = with_report();
    let alone = Fixture::new(vec![("sick.json".into(), report.clone().into_bytes())]);
    let marked = format!("\u{feff}{report}");
    for path in [
        folder.write("sick.json.tgz", &alone.tar_gz()),
        folder.write("sick.json.zip", &alone.zip()),
        folder.write("marked.json", marked.as_bytes()),
    ] {
        let run = run(&["diff", &path, &folder.path("healthy.zip")]).ends_with(0);
        assert!(run.stdout.contains("Fixed 1"), "{path}: {}", run.stdout);
    }
}

#[test]
fn what_else_was_written_is_refused() {
    let (folder, _) = with_report();
    let (sick, healthy) = (folder.path("sick.tgz"), folder.path("healthy.zip"));
    for (args, expected) in [
        (&["-f", "jsonl", &sick][..], "findings as JSON lines"),
        (&["-f", "sarif", &sick], "findings as SARIF"),
        (&["inventory", "-f", "json", &sick], "an inventory"),
        (&["timeline", "-f", "json", &sick], "a timeline"),
        (&["diff", "-f", "json", &healthy, &sick], "a comparison"),
        (&["-f", "html", &sick], "a page"),
        (&["-f", "junit", &sick], "test results"),
        (&["-f", "markdown", &sick], "a report for people"),
        (
            &["-f", "markdown", "--lang", "zh", &healthy],
            "a report for people",
        ),
        (&["-f", "text", &sick], "a report for people"),
        (
            &["-f", "text", "--lang", "zh", &sick],
            "a report for people",
        ),
        (&["-f", "text", &healthy], "a report for people"),
        (
            &["-f", "text", "--since", "2027-01-01", &sick],
            "a report for people",
        ),
        (&["--audience", "customer", &sick], "a report for people"),
        (
            &["--audience", "customer", "--lang", "zh", &healthy],
            "a report for people",
        ),
    ] {
        let written = run(args).ends_with(0).stdout;
        let path = folder.write("written", written.as_bytes());
        let run = run(&["diff", &path, &healthy]).ends_with(2);
        assert!(run.stderr.contains(expected), "{args:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("and no report as -f json writes it"),
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_log_that_quotes_a_report_is_a_log() {
    let folder = Folder::new();
    for text in [
        "probable root cause: x\n",
        "**Bundle**: `x`\n",
        "<testsuites name=\"bundle-scan\">\n",
        "<meta name=\"generator\" content=\"bundle-scan 1\">\n",
    ] {
        let log = format!("Mar 10 10:17:41 n1 app[1]: here it comes\n{text}");
        let path = folder.write("app.log", log.as_bytes());
        run(&["diff", &path, &folder.path("healthy.zip")]).ends_with(0);
    }
}

#[cfg(unix)]
#[test]
fn a_report_or_a_bundle_may_come_through_a_named_pipe() {
    use std::time::{Duration, Instant};

    let (folder, report) = with_report();
    let pipe = folder.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for bytes in [
        report.into_bytes(),
        fs::read(folder.path("sick.tgz")).unwrap(),
    ] {
        let mut child = command(&["diff", &pipe, &folder.path("healthy.zip")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let path = pipe.clone();
        // Whether all of it was taken shows in the comparison.
        let writer = std::thread::spawn(move || {
            let mut pipe = fs::File::options().write(true).open(path).unwrap();
            let _ = pipe.write_all(&bytes);
        });
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if start.elapsed() > Duration::from_secs(60) {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        writer.join().unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "it hangs or fails");
        let run = Run::of(output).ends_with(0);
        assert!(run.stdout.contains("Fixed 1"), "{}", run.stdout);
    }
}

#[test]
fn bundles_without_a_host_in_common_are_told_once() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    let [old, new] =
        ["thinpool-full", "disk-error-readonly"].map(|name| format!("{corpus}/{name}/bundle"));
    let text = run(&["diff", &old, &new]).ends_with(0).stdout;
    let once = text.matches("OLD and NEW have no host in common").count();
    assert_eq!((once, text.matches("some of its hosts").count()), (1, 0));
    let json = run(&["diff", "-f", "json", &old, &new]).ends_with(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["no_host_in_common"], true);
    let unknown = json["groups"]["unknown"].as_array().unwrap();
    let is_missing = |entry: &&serde_json::Value| entry["doubt"] == "host_missing";
    assert!(unknown.iter().filter(is_missing).count() > 1, "{unknown:?}");
}
