//! Drives the built binary end to end: exit code, stdout and stderr together.
#![allow(missing_docs, clippy::unwrap_used)]

mod audience;
mod costs;
mod endings;
mod known;
mod saved;
mod settings;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use bundle_scan_testkit::{Fixture, truncate};

const PROOF: &str =
    "2026-03-10T10:17:41+08:00 n1 kernel: neighbour: arp_cache: neighbor table overflow!\n";

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bundle-scan"));
    command
        .args(args)
        .env("BUNDLE_SCAN_CONFIG", "")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "C.UTF-8");
    command
}

fn run(args: &[&str]) -> Run {
    Run::of(command(args).stdin(Stdio::null()).output().unwrap())
}

/// A folder with a sick and a healthy bundle.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.write(
            "sick.tgz",
            &Fixture::new(vec![("var/log/messages".into(), PROOF.into())]).tar_gz(),
        );
        let quiet = "2026-03-10T10:17:41+08:00 n1 kernel: all well\n";
        folder.write(
            "healthy.zip",
            &Fixture::new(vec![("var/log/messages".into(), quiet.into())]).zip(),
        );
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = PathBuf::from(self.path(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        self.path(name)
    }
}

#[test]
fn a_scan_prints_the_report_and_nothing_else() {
    let folder = Folder::new();
    let sick = run(&[&folder.path("sick.tgz")]).ends_with(0);
    assert!(
        sick.stdout.contains("arp-table-overflow") && sick.stdout.contains("var/log/messages:1"),
        "{}",
        sick.stdout
    );
    assert_eq!(sick.stderr, "");
    assert!(!sick.stdout.contains('\x1b'), "no colours in a pipe");
    let healthy = run(&[&folder.path("healthy.zip")]).ends_with(0);
    assert!(
        healthy.stdout.contains("no known problem found"),
        "{}",
        healthy.stdout
    );
}

#[test]
fn exit_codes_tell_ticket_systems_what_happened() {
    let folder = Folder::new();
    let (sick, healthy) = (folder.path("sick.tgz"), folder.path("healthy.zip"));
    let noise: Vec<u8> = (0..200_000_u64)
        .flat_map(|n| (n * n * 7_919).to_string().into_bytes())
        .collect();
    let whole = Fixture::new(vec![
        ("a/log".into(), b"quiet\n".to_vec()),
        ("b/log".into(), noise),
    ])
    .tar_gz();
    let cut = folder.write("cut.tgz", &truncate(&whole, whole.len() / 2));
    let binary = folder.write("core.bin", b"\x7fELF\x02\x01\x01\0\0\0\0\0");
    for (args, code) in [
        (vec!["--fail-on", "error", &sick], 1),
        (vec!["--fail-on", "critical", &sick], 0),
        (vec!["--fail-on", "info", &healthy], 0),
        (vec!["--strict", &cut], 4),
        (vec![&cut], 0),
        (vec!["--no-such-flag"], 2),
        (vec![], 2),
        (vec!["/no/such/bundle"], 3),
        (vec![&binary], 3),
        (vec!["--only", "no-such-id", &sick], 2),
        (vec!["--fail-on", "error", &sick, "/no/such/bundle"], 3),
        (vec!["-o", "/no/such/folder/report", &sick], 5),
    ] {
        let run = run(&args).ends_with(code);
        if code == 3 {
            let sentences: Vec<&str> = run.stderr.lines().collect();
            assert_eq!(sentences.len(), 1, "{args:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_zone_can_be_given_for_stamps_that_name_none() {
    let folder = Folder::new();
    let line = PROOF.replace("2026-03-10T10:17:41+08:00", "2026-03-10T10:17:41");
    assert_ne!(line, PROOF);
    let log = folder.write("messages", line.as_bytes());
    for (zone, expected) in [
        (&[][..], "2026-03-10T10:17:41Z"),
        (&["--tz", "+08:00"], "2026-03-10T02:17:41Z"),
        (&["--tz", "-0530"], "2026-03-10T15:47:41Z"),
    ] {
        let args = [zone, &["-f", "json", &log]].concat();
        let json: serde_json::Value =
            serde_json::from_str(&run(&args).ends_with(0).stdout).unwrap();
        assert_eq!(json["findings"][0]["first_seen"], expected, "{zone:?}");
    }
    let wrong = run(&["--tz", "Mars", &log]).ends_with(2);
    assert!(wrong.stderr.contains("+08:00"), "{}", wrong.stderr);
}

#[test]
fn a_part_of_the_time_can_be_asked_for() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let found = run(&[&sick, "--since", "2026-03-10 02:17"]).ends_with(0);
    assert!(
        found
            .stdout
            .contains("Only what happened since 2026-03-10 02:17:00 UTC")
    );
    assert!(
        found.stdout.contains("arp-table-overflow"),
        "{}",
        found.stdout
    );
    let before = run(&[&sick, "--until", "2026-03-10T10:17:00+08:00", "-f", "json"]).ends_with(0);
    let report: serde_json::Value = serde_json::from_str(&before.stdout).unwrap();
    assert_eq!(report["bundle"]["window"]["until"], "2026-03-10T02:17:00Z");
    assert_eq!(report["findings"], serde_json::json!([]));
    let timeline = run(&["timeline", &sick, "--until", "2026-03-10"]).ends_with(0);
    assert!(!timeline.stdout.contains("arp-table-overflow"));
    let wrong = run(&[&sick, "--since", "soon"]).ends_with(2);
    assert!(
        wrong.stderr.contains("'soon' is no time"),
        "{}",
        wrong.stderr
    );
    let piped = run(&["-", "--since", "2h"]).ends_with(2);
    assert!(
        piped.stderr.contains("save it to a file first"),
        "{}",
        piped.stderr
    );
}

#[test]
fn every_command_that_reads_a_bundle_can_be_told_how() {
    let folder = Folder::new();
    let line = PROOF.replace("2026-03-10T10:17:41+08:00", "2026-03-10T10:17:41");
    let log = folder.write("messages", line.as_bytes());
    let how = ["--tz", "+08:00", "-j", "1", "-q", "--progress", "never"];
    let json = |args: &[&str]| -> serde_json::Value {
        let args = [args, &how, &["-f", "json"]].concat();
        serde_json::from_str(&run(&args).ends_with(0).stdout).unwrap()
    };
    assert_eq!(json(&["timeline", &log])["from"], "2026-03-10T02:17:41Z");
    let log_kind = &json(&["inventory", &log])["kinds"]["syslog"];
    assert_eq!(log_kind["first"], "2026-03-10T02:17:41Z");
    let diff = json(&["diff", &log, &log]);
    assert_eq!(diff["old"]["captured_at"], "2026-03-10T02:17:41Z");
}

#[test]
fn options_before_a_command_get_a_hint() {
    let folder = Folder::new();
    let run = run(&["--format", "json", "explain", &folder.path("sick.tgz")]).ends_with(2);
    assert!(run.stderr.contains("bundle-scan explain"), "{}", run.stderr);
}

#[test]
fn json_is_one_document_and_the_same_for_any_number_of_threads() {
    let folder = Folder::new();
    let report = |jobs| {
        run(&[
            "-f",
            "json",
            "--no-timings",
            "-j",
            jobs,
            &folder.path("sick.tgz"),
        ])
        .ends_with(0)
        .stdout
    };
    assert_eq!(report("1"), report("2"));
    let json: serde_json::Value = serde_json::from_str(&report("0")).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["bundle"]["container"], "tar+gzip");
    assert_eq!(
        json["findings"][0]["evidence"][0]["time"],
        "2026-03-10T02:17:41Z"
    );
    assert!(json.get("timings").is_none());
}

#[test]
fn a_profile_goes_to_standard_error_and_changes_nothing_else() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let args = ["-f", "json", "--no-timings", &sick];
    let plain = run(&args).ends_with(0);
    for jobs in ["1", "2"] {
        let measured = run(&[&args[..], &["--profile", "-j", jobs]].concat()).ends_with(0);
        assert_eq!(measured.stdout, plain.stdout);
        let rows: Vec<&str> = measured.stderr.lines().collect();
        let of_signature = |row: &&str| row.starts_with("arp-table-overflow ");
        let cost = rows.iter().copied().find(of_signature).unwrap();
        let numbers: Vec<&str> = cost.split_whitespace().skip(1).take(2).collect();
        assert_eq!(numbers, ["1", "1"], "one line was tested, and matched");
        for stage in ["read and decode", "search for anchors", "diagnose"] {
            assert!(rows.iter().any(|row| row.starts_with(stage)), "{stage}");
        }
    }
    assert_eq!(plain.stderr, "");
}

#[test]
fn whoever_types_only_the_name_gets_three_lines() {
    let run = run(&[]).ends_with(2);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr.lines().count(), 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("bundle-scan bundle.tgz"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_weaker_cause_does_not_hide_what_it_explains() {
    // A warning that explains errors.
    let bundle = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../corpus/clock-behind-node-lost/bundle"
    );
    for (format, expected) in [
        ("text", "1. "),
        ("markdown", "### "),
        ("html", "probable root cause"),
    ] {
        let run = run(&["-f", format, "--min-severity", "error", bundle]).ends_with(0);
        assert!(run.stdout.contains(expected), "{}", run.stdout);
        assert!(
            !run.stdout.contains("nothing at or above"),
            "{}",
            run.stdout
        );
    }
    let args = [
        "--min-severity",
        "critical",
        "--audience",
        "customer",
        bundle,
    ];
    let letter = run(&args).ends_with(0).stdout;
    assert!(letter.contains("The most likely cause"), "{letter}");
}

#[test]
fn where_nothing_can_be_judged_nothing_is_called_healthy() {
    let folder = Folder::new();
    let path = folder.write("hello.txt", b"hello\n");
    for format in ["text", "markdown", "html"] {
        let said = run(&["-f", format, &path]).ends_with(0).stdout;
        assert!(
            said.to_lowercase()
                .contains("nothing in it could be judged"),
            "{said}"
        );
    }
    let letter = run(&["--audience", "customer", &path]).ends_with(0).stdout;
    assert!(letter.contains("could not tell anything"), "{letter}");
    let junit = run(&["-f", "junit", &path]).ends_with(0).stdout;
    assert!(junit.contains("skipped=\"1\""), "{junit}");
}

#[test]
fn several_bundles_get_a_file_each() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let (pattern, shared) = (folder.path("{name}.json"), folder.path("one.json"));
    run(&["-f", &format!("json={pattern}"), &sick, &sick]).ends_with(0);
    for name in ["sick.tgz.json", "sick.tgz-2.json"] {
        let report = std::fs::read_to_string(folder.path(name)).unwrap();
        assert!(report.contains("arp-table-overflow"), "{name}");
    }
    let shared = format!("json={shared}");
    for clash in [shared.as_str(), "html"] {
        let refused = run(&["-f", clash, &sick, &sick]).ends_with(2);
        assert!(refused.stderr.contains("{name}"), "{}", refused.stderr);
    }
    run(&["-f", "text", "-f", "sarif", &sick]).ends_with(2);
    run(&["-f", &shared, "-f", &shared, &sick]).ends_with(2);
}

#[test]
fn several_formats_go_to_several_files() {
    let folder = Folder::new();
    let (json, lines) = (folder.path("r.json"), folder.path("r.jsonl"));
    let (json_file, lines_file) = (format!("json={json}"), format!("jsonl={lines}"));
    let run = run(&[
        "-f",
        &json_file,
        "-f",
        &lines_file,
        "-f",
        "text",
        &folder.path("sick.tgz"),
    ])
    .ends_with(0);
    assert!(run.stdout.contains("arp-table-overflow"));
    assert!(fs::read_to_string(json).unwrap().starts_with('{'));
    assert_eq!(fs::read_to_string(lines).unwrap().lines().count(), 1);
}

#[test]
fn standard_input_is_scanned() {
    let folder = Folder::new();
    let bytes = fs::read(folder.path("sick.tgz")).unwrap();
    let mut child = command(&["-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(0);
    assert!(run.stdout.contains("arp-table-overflow"));
}

#[test]
fn the_language_follows_the_locale_and_the_flag() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let of = |locale: &str, args: &[&str]| {
        Run::of(command(args).env("LC_ALL", locale).output().unwrap())
            .ends_with(0)
            .stdout
    };
    assert!(of("zh_CN.UTF-8", &[&sick]).contains("最可能的根因"));
    assert!(of("en_US.UTF-8", &[&sick]).contains("probable root cause"));
    assert!(of("zh_CN.UTF-8", &["--lang", "en", &sick]).contains("probable root cause"));
}

#[test]
fn a_bad_signature_shows_its_place_and_exits_with_2() {
    let folder = Folder::new();
    folder.write("mine/bad.yaml", b"id: bad\ncolour: red\n");
    let run = run(&[
        "--signatures",
        &folder.path("mine"),
        &folder.path("sick.tgz"),
    ])
    .ends_with(2);
    assert!(
        run.stderr.contains("bad.yaml:2:1")
            && run.stderr.contains("colour: red")
            && run.stderr.contains('^'),
        "{}",
        run.stderr
    );
    assert_eq!(run.stdout, "");
}

#[test]
fn signatures_of_ones_own_are_used() {
    let folder = Folder::new();
    let yaml = run(&["signatures", "show", "arp-table-overflow"])
        .ends_with(0)
        .stdout;
    // Alone, it must name no symptom that is not there.
    let own_lines = yaml.lines().filter(|line| !line.starts_with("causes:"));
    let yaml = own_lines
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .replace("id: arp-table-overflow", "id: my-overflow");
    folder.write("mine/my-overflow.yaml", yaml.as_bytes());
    let args = [
        "--no-builtin",
        "--signatures",
        &folder.path("mine"),
        "-f",
        "jsonl",
        &folder.path("sick.tgz"),
    ];
    let found = run(&args).ends_with(0).stdout;
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains("\"id\":\"my-overflow\""), "{found}");
}

#[test]
fn only_and_ignore_narrow_the_search() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    for (args, expected) in [
        (
            vec!["--only", "arp-table-overflow", "-f", "jsonl", &sick],
            1,
        ),
        (vec!["--only", "image", "-f", "jsonl", &sick], 0),
        (
            vec!["--ignore", "arp-table-overflow", "-f", "jsonl", &sick],
            0,
        ),
    ] {
        assert_eq!(
            run(&args).ends_with(0).stdout.lines().count(),
            expected,
            "{args:?}"
        );
    }
}

#[test]
fn signatures_can_be_listed_shown_and_checked() {
    let list = run(&["signatures", "list", "-f", "json"])
        .ends_with(0)
        .stdout;
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    let keys = [
        "id",
        "covers",
        "codes",
        "family",
        "category",
        "severity",
        "confidence",
        "components",
        "benign",
    ];
    assert!(list.len() >= 80 && keys.iter().all(|key| !list[0][key].is_null()));
    assert!(
        run(&["signatures", "list", "--lang", "zh"])
            .ends_with(0)
            .stdout
            .contains("镜像")
    );
    let unknown = run(&["signatures", "show", "overflow"]).ends_with(2);
    assert!(
        unknown.stderr.contains("arp-table-overflow"),
        "{}",
        unknown.stderr
    );
    let folder = Folder::new();
    folder.write("mine/bad.yaml", b"id: bad\n");
    let bad = run(&["signatures", "check", &folder.path("mine")]).ends_with(2);
    assert!(bad.stdout.contains("error[schema]"), "{}", bad.stdout);
    let schema: serde_json::Value =
        serde_json::from_str(&run(&["signatures", "schema"]).ends_with(0).stdout).unwrap();
    assert_eq!(schema["title"], "Spec");
}

#[test]
fn an_anchor_that_costs_much_is_no_mistake_but_told() {
    let folder = Folder::new();
    let yaml = run(&["signatures", "show", "arp-table-overflow"]);
    let yaml = yaml.ends_with(0).stdout;
    let short = yaml.replacen(
        "literal: \"neighbor table overflow\"",
        "literal: overflow",
        1,
    );
    folder.write("mine/arp-table-overflow.yaml", short.as_bytes());
    let told = run(&["signatures", "check", &folder.path("mine")]).ends_with(0);
    assert!(
        told.stdout
            .contains("advice[costly-anchor]: \"overflow\" has 8 bytes"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.ends_with("checked, no complaint\n"));
}

#[test]
fn whatever_one_reads_is_explained() {
    let code = run(&["explain", "exit", "code", "137"]).ends_with(0).stdout;
    let first_lines: Vec<&str> = code.lines().take(3).collect();
    assert_eq!(
        first_lines,
        [
            "exit code 137 = 128 + 9: ended by signal SIGKILL",
            "",
            "ERROR  Container was killed by SIGKILL, by whom is not told (exit code 137)  exit-code-137"
        ]
    );
    let taint = run(&[
        "explain",
        "--lang",
        "zh",
        "node.kubernetes.io/disk-pressure",
    ]);
    assert!(taint.ends_with(0).stdout.contains("按错误码"));
    let line = run(&["explain", "-f", "json", PROOF]).ends_with(0).stdout;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["found"][0]["id"], &line["found"][0]["by"]),
        (&"arp-table-overflow".into(), &"line".into())
    );
    let near = run(&["explain", "the conntrack table seems full"]).ends_with(1);
    assert!(near.stdout.contains("Near to it"), "{}", near.stdout);
}

#[test]
fn a_signature_is_begun_from_a_line_and_tried_on_a_bundle() {
    let folder = Folder::new();
    let line =
        "2026-03-10T10:17:41+08:00 n1 kernel: gizmo sdb7: turns blocked for more than 120 seconds";
    folder.write("mine/readme", b"");
    folder.write("odd.log", format!("{line}\n").as_bytes());
    let mine = folder.path("mine");
    let made = run(&["signatures", "new", "--from", line, "-o", &mine]).ends_with(0);
    assert!(
        made.stdout
            .trim_end()
            .ends_with("turns-blocked-for-more-than.yaml"),
        "{}",
        made.stdout
    );
    // It is not written over.
    run(&["signatures", "new", "--from", line, "-o", &mine]).ends_with(2);
    let unfinished = run(&["signatures", "check", &mine]).ends_with(0).stdout;
    assert_eq!(
        unfinished.matches("advice[unfinished]").count(),
        8,
        "{unfinished}"
    );
    let tried = run(&["signatures", "test", &mine, &folder.path("odd.log")]).ends_with(0);
    assert!(
        tried
            .stdout
            .starts_with("turns-blocked-for-more-than  ok: 1 positive, 1 negative\n"),
        "{}",
        tried.stdout
    );
    assert!(tried.stdout.contains("odd.log:1"), "{}", tried.stdout);
    let silent = run(&["signatures", "test", &mine, &folder.path("sick.tgz")]).ends_with(0);
    assert!(
        silent
            .stdout
            .contains("silent: turns-blocked-for-more-than"),
        "{}",
        silent.stdout
    );
    run(&["signatures", "new", "--from", "1 2 3"]).ends_with(2);
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    assert!(
        run(&["completions", "bash"])
            .ends_with(0)
            .stdout
            .contains("bundle-scan")
    );
    assert!(
        run(&["man"])
            .ends_with(0)
            .stdout
            .contains(".TH bundle-scan")
    );
    let help = run(&["--help"]).ends_with(0).stdout;
    for heading in [
        "Report:",
        "What to look for:",
        "Time:",
        "For scripts:",
        "Limits",
        "Exit codes:",
        "Examples:",
    ] {
        assert!(help.contains(heading), "{heading}");
    }
    let short = run(&["-h"]).ends_with(0).stdout;
    assert!(!short.contains("--max-dense") && help.contains("--max-dense"));
    assert!(
        run(&["--fial-on", "error"])
            .ends_with(2)
            .stderr
            .contains("--fail-on")
    );
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = Folder::new();
    let pages = folder.path("man");
    run(&["man", "-o", &pages]).ends_with(0);
    let mut names: Vec<_> = fs::read_dir(&pages)
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in [
        "bundle-scan.1",
        "bundle-scan-diff.1",
        "bundle-scan-signatures-check.1",
    ] {
        assert!(names.iter().any(|there| there == name), "{names:?}");
    }
    let page = run(&["man", "signatures", "check"]).ends_with(0).stdout;
    assert_eq!(
        page,
        fs::read_to_string(format!("{pages}/bundle-scan-signatures-check.1")).unwrap()
    );
    let none = run(&["man", "sign"]).ends_with(2).stderr;
    assert!(
        none.starts_with("bundle-scan: bundle-scan has no command \"sign\"; there are scan, "),
        "{none}"
    );
}

#[test]
fn the_inventory_is_printed_as_text_and_json() {
    let folder = Folder::new();
    let bundle = folder.path("sick.tgz");
    let text = run(&["inventory", &bundle]).ends_with(0);
    assert!(
        text.stdout.contains("Missing for a full diagnosis"),
        "{}",
        text.stdout
    );
    assert!(text.stderr.is_empty(), "{}", text.stderr);
    let chinese = run(&["inventory", "--lang", "zh", &bundle]).ends_with(0);
    assert!(
        chinese.stdout.contains("完整诊断还缺少"),
        "{}",
        chinese.stdout
    );
    let json = run(&["inventory", "-f", "json", &bundle]).ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["kinds"]["syslog"]["members"], 1);
    assert_eq!(json["members"][0]["first"], "2026-03-10T02:17:41Z");
    let nowhere = folder.path("nowhere");
    run(&["inventory", &nowhere]).ends_with(3);
    let several = ["inventory", &nowhere, &bundle, &folder.path("healthy.zip")];
    let several = run(&several).ends_with(3);
    assert!(several.stdout.starts_with(&text.stdout));
    assert_eq!(several.stdout.matches("\n\nbundle  ").count(), 1);
}

#[test]
fn two_bundles_or_reports_are_compared() {
    let folder = Folder::new();
    let (sick, healthy) = (folder.path("sick.tgz"), folder.path("healthy.zip"));
    let saved = |bundle: &str, name: &str| {
        let report = run(&["-f", "json", bundle]).ends_with(0).stdout;
        folder.write(name, report.as_bytes())
    };
    let (sick_json, healthy_json) = (saved(&sick, "sick.json"), saved(&healthy, "healthy.txt"));
    for (old, new, count, code) in [
        (&healthy, &sick, ["new", "1"], 1),
        (&healthy_json, &sick, ["new", "1"], 1),
        (&healthy, &sick_json, ["new", "1"], 1),
        (&healthy_json, &sick_json, ["new", "1"], 1),
        (&sick, &healthy, ["fixed", "1"], 0),
        (&sick_json, &sick, ["persisting", "1"], 0),
    ] {
        let run = run(&["diff", "-f", "json", "--fail-on", "error", old, new]).ends_with(code);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(json["schema_version"], 1);
        let [group, expected] = count;
        assert_eq!(
            json["summary"]["counts"][group].to_string(),
            expected,
            "{old} {new}"
        );
        assert_eq!(json["groups"][group][0]["id"], "arp-table-overflow");
        assert_eq!(run.stderr, "");
    }
    let text = run(&["diff", "--lang", "zh", &healthy_json, &sick]).ends_with(0);
    assert!(text.stdout.contains("新出现 1 · 加重 0"), "{}", text.stdout);
    run(&["diff", "--fail-on", "critical", &healthy, &sick]).ends_with(0);
}

#[test]
fn one_side_of_a_comparison_may_come_from_a_pipe() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let report = run(&["-f", "json", &sick]).ends_with(0).stdout;
    for bytes in [report.into_bytes(), fs::read(&sick).unwrap()] {
        let mut child = command(&["diff", &folder.path("healthy.zip"), "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let run = Run::of(child.wait_with_output().unwrap()).ends_with(0);
        assert!(run.stdout.contains("New 1 · Worse 0"), "{}", run.stdout);
    }
}

#[test]
fn what_cannot_be_compared_is_told_in_a_sentence() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let report = run(&["-f", "json", &sick]).ends_with(0).stdout;
    let later = report.replace("\"schema_version\": 1", "\"schema_version\": 9");
    let later = folder.write("later.json", later.as_bytes());
    let cut = folder.write("cut.json", &report.as_bytes()[..report.len() / 2]);
    for (old, new, code, expected) in [
        (
            &*later,
            &*sick,
            2,
            "schema_version 9, and this program reads 1",
        ),
        (
            &*sick,
            &*cut,
            3,
            "is a damaged report: it breaks off at line",
        ),
        ("/no/such/bundle", &*sick, 3, "no such file"),
        ("-", "-", 2, "only one of OLD and NEW"),
    ] {
        let run = run(&["diff", old, new]).ends_with(code);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn the_timeline_is_printed_as_text_and_json() {
    let folder = Folder::new();
    let log = "2026-03-10T10:17:41+08:00 n1 kernel: neighbour: arp_cache: neighbor table overflow!\n\
               2026-03-10T10:40:41+08:00 n1 kernel: neighbour: arp_cache: neighbor table overflow!\n";
    let bundle = folder.write("messages", log.as_bytes());
    let text = run(&["timeline", &bundle]).ends_with(0);
    assert!(
        text.stdout.contains("2026-03-10 02:17:41 – 02:40:41")
            && text.stdout.contains("arp-table-overflow"),
        "{}",
        text.stdout
    );
    assert_eq!(text.stderr, "");
    assert!(!text.stdout.contains('\x1b'), "no colours in a pipe");
    let coloured = run(&["timeline", "--color", "always", &bundle]).ends_with(0);
    assert!(coloured.stdout.contains("\x1b["), "{}", coloured.stdout);
    let chinese = run(&["timeline", "--lang", "zh", &bundle]).ends_with(0);
    assert!(chinese.stdout.contains("每列"), "{}", chinese.stdout);

    let json = run(&["timeline", "-f", "json", &bundle])
        .ends_with(0)
        .stdout;
    let again = run(&["timeline", "-f", "json", &bundle])
        .ends_with(0)
        .stdout;
    assert_eq!(json, again);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["from"], "2026-03-10T02:17:41Z");
    assert_eq!(json["hosts"][0]["host"], "n1");
    let finding = &json["hosts"][0]["findings"][0];
    assert_eq!(finding["id"], "arp-table-overflow");
    assert_eq!(finding["histogram"].as_array().unwrap().len(), 2);
}

#[test]
fn the_timeline_obeys_the_options_of_a_scan() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let shows = |args: &[&str]| {
        let args = [&["timeline", &sick], args].concat();
        let text = run(&args).ends_with(0).stdout;
        text.contains("arp-table-overflow")
    };
    assert!(shows(&["--only", "arp-table-overflow"]));
    assert!(!shows(&["--only", "image"]));
    assert!(!shows(&["--ignore", "arp-table-overflow"]));
    assert!(!shows(&["--no-builtin"]));
    assert!(!shows(&["--min-severity", "critical"]));
    run(&["timeline", "--only", "no-such-id", &sick]).ends_with(2);
    run(&["timeline", &folder.path("nowhere")]).ends_with(3);
    run(&["timeline"]).ends_with(2);
}

#[test]
fn the_timeline_of_standard_input_is_printed() {
    let mut child = command(&["timeline", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(PROOF.as_bytes()).unwrap();
    drop(stdin);
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(0);
    assert!(run.stdout.contains("arp-table-overflow"), "{}", run.stdout);
}

#[test]
fn a_trace_tells_why_a_signature_fired_or_did_not() {
    let folder = Folder::new();
    let (sick, healthy) = (folder.path("sick.tgz"), folder.path("healthy.zip"));
    let fired = run(&["trace", "arp-table-overflow", &sick]).ends_with(0);
    assert!(
        fired.stdout.contains("FIRED: rank 1 of 1") && fired.stdout.contains("var/log/messages:1"),
        "{}",
        fired.stdout
    );
    assert_eq!(fired.stderr, "");
    let silent = run(&["trace", "arp-table-overflow", &healthy]).ends_with(1);
    assert!(
        silent
            .stdout
            .contains("DID NOT FIRE: leaf 1: no line holds"),
        "{}",
        silent.stdout
    );
    let chinese = run(&["trace", "--lang", "zh", "arp-table-overflow", &healthy]).ends_with(1);
    assert!(chinese.stdout.contains("未命中"), "{}", chinese.stdout);

    let said = PROOF.replace("kernel:", "etcd[4]:");
    let said = folder.write("messages", said.repeat(5).as_bytes());
    let json = |jobs: &str| {
        run(&[
            "trace",
            "-f",
            "json",
            "-j",
            jobs,
            "arp-table-overflow",
            &said,
        ])
        .ends_with(1)
    };
    let (one, two) = (json("1").stdout, json("2").stdout);
    assert_eq!(one, two);
    let json: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["fired"], false);
    assert_eq!(json["reason"]["code"], "component");
    let leaf = usize::try_from(json["reason"]["leaf"].as_u64().unwrap()).unwrap();
    let end = &json["leaves"][leaf - 1]["ends"][0];
    assert_eq!(end["name"], "etcd");
    assert_eq!(end["count"], 5);
    let lines = end["examples"].as_array().unwrap().iter();
    let lines: Vec<u64> = lines.map(|e| e["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 2, 3]);
}

#[test]
fn a_trace_of_an_unknown_signature_names_those_near_to_it() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let near = run(&["trace", "arp-table", &sick]).ends_with(2);
    assert!(
        near.stderr.contains("similar are arp-table-overflow"),
        "{}",
        near.stderr
    );
    run(&["trace", "--no-builtin", "arp-table-overflow", &sick]).ends_with(2);
    run(&["trace", "arp-table-overflow", &folder.path("nowhere")]).ends_with(3);
    run(&["trace", "arp-table-overflow"]).ends_with(2);
}

#[test]
fn what_was_meant_is_told() {
    let folder = Folder::new();
    let (sick, report) = (folder.path("sick.tgz"), folder.path("r.json"));
    run(&["-o", &report, &sick]).ends_with(0);
    for (args, told) in [
        (vec!["inventry", &sick], "is the command inventory meant?"),
        (vec![&report], "is a report, and no bundle"),
        (
            vec!["trace", &sick, "arp-table-overflow"],
            "the id comes first",
        ),
        (vec!["explain", "137", "--lnag", "zh"], "--lang"),
    ] {
        let run = run(&args).ends_with(2);
        assert!(run.stderr.contains(told), "{args:?}: {}", run.stderr);
    }
    for (misspelt, meant) in [("Faildmount", "mount"), ("OOMKiled", "oom")] {
        let near = run(&["explain", misspelt]).ends_with(1).stdout;
        assert!(
            near.contains("Near to it") && near.to_lowercase().contains(meant),
            "{near}"
        );
    }
    let explained = run(&["explain", "exit", "code", "137", "--lang", "zh"]).ends_with(0);
    assert!(explained.stdout.contains("原因"), "{}", explained.stdout);
}

#[test]
fn the_ending_of_the_file_tells_the_format() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    for (name, begins) in [
        ("r.html", "<!DOCTYPE html>"),
        ("r.json", "{\n"),
        ("r.md", "Probable root cause"),
        ("r.txt", "/"),
        ("r", "/"),
    ] {
        let path = folder.path(name);
        run(&["-o", &path, &sick]).ends_with(0);
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.starts_with(begins), "{name}: {written}");
    }
    let text = folder.path("t.html");
    run(&["-f", "text", "-o", &text, &sick]).ends_with(0);
    assert!(!fs::read_to_string(&text).unwrap().starts_with('<'));
}

#[test]
fn a_window_behind_the_bundle_gives_no_clean_bill() {
    let folder = Folder::new();
    let run = run(&[
        "--since",
        "2026-03-10T10:30+08:00",
        &folder.path("sick.tgz"),
    ])
    .ends_with(0);
    assert!(
        run.stdout
            .contains("nothing in it is of the time asked for"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("the bundle ends before: 2026-03-10 02:17:41 UTC"),
        "{}",
        run.stdout
    );
    for (since, expected) in [
        ("2026-03-10T10:30+08:00", true),
        ("2026-03-10T10:00+08:00", false),
    ] {
        let args = ["-f", "json", "--since", since, &folder.path("sick.tgz")];
        let json = crate::run(&args).ends_with(0).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["bundle"]["window"]["misses_bundle"], expected);
    }
}

#[test]
fn schemas_are_those_that_are_published() {
    for name in [
        "signature",
        "report",
        "inventory",
        "timeline",
        "trace",
        "diff",
    ] {
        let printed = run(&["signatures", "schema", name]).ends_with(0).stdout;
        let published = format!(
            "{}/../../docs/{name}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        assert_eq!(printed, fs::read_to_string(published).unwrap());
    }
}

#[test]
fn signatures_are_listed_by_words() {
    let all = run(&["signatures", "list"]).ends_with(0).stdout;
    let some = run(&["signatures", "list", "THIN", "storage"])
        .ends_with(0)
        .stdout;
    assert!(some.lines().count() > 3 && some.lines().count() < all.lines().count() / 10);
    assert!(some.contains("thinpool-space-low"), "{some}");
    assert_eq!(
        run(&["signatures", "list", "no such words"])
            .ends_with(0)
            .stdout,
        ""
    );
}

#[test]
fn a_report_is_written_over_nothing_that_is_wanted() {
    let folder = Folder::new();
    let sick = folder.path("sick.tgz");
    let bundle = fs::read(&sick).unwrap();
    let dotted = sick.replace("/sick", "/./sick");
    let (same, also) = (folder.path("r"), folder.path("./r"));
    let (json, other) = (format!("json={same}"), format!("markdown={also}"));
    let over = format!("json={dotted}");
    for args in [
        &["-o", &dotted, &sick][..],
        &["-f", &over, &sick],
        &["-o", &same, "-f", "text", "-f", &json, &sick],
        &["-f", &json, "-f", &other, &sick],
    ] {
        let refused = run(args).ends_with(2);
        assert!(refused.stderr.contains("cannot be written"), "{args:?}");
    }
    let page = format!("html={}", folder.path("y.html"));
    let idle = run(&["-o", &same, "-f", &page, &sick]).ends_with(2);
    assert!(
        idle.stderr.contains("nothing is left for"),
        "{}",
        idle.stderr
    );
    assert_eq!(fs::read(&sick).unwrap(), bundle);
    // An earlier report stays where there is no new one.
    let kept = folder.write("kept.json", b"earlier, and longer than what comes: {}");
    run(&["-o", &kept, &folder.path("nowhere")]).ends_with(3);
    assert!(fs::read(&kept).unwrap().starts_with(b"earlier"));
    run(&["-o", &kept, "-f", "text", &sick]).ends_with(0);
    assert!(!fs::read_to_string(&kept).unwrap().contains("earlier"));
    let in_file = format!("jsonl={kept}");
    for nothing in [["-o", &kept, "-f", "jsonl"].as_slice(), &["-f", &in_file]] {
        fs::write(&kept, "earlier").unwrap();
        run(&[nothing, &[&folder.path("healthy.zip")]].concat()).ends_with(0);
        assert_eq!(
            fs::read_to_string(&kept).unwrap(),
            "",
            "no finding, no line"
        );
    }
}
