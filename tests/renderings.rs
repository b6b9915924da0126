//! Pins every rendering of three reports: a cause with its symptom, a healthy bundle, and one that was cut.
#![allow(missing_docs, clippy::unwrap_used)]

use bundle_scan_core::diff::{Stream, Summary, compare, read_stream};
use bundle_scan_core::render::{
    Audience, INVENTORY_JSON, INVENTORY_TEXT, OUTPUTS, RenderOptions, TEXT, TIMELINE_JSON,
    TIMELINE_TEXT, TRACE_JSON, TRACE_TEXT,
};
use bundle_scan_core::render::{diff, diff_json};
use bundle_scan_core::report::Suppression;
use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::{Lang, Render, Report, Scanner, Severity, SignatureSet};
use bundle_scan_testkit::Fixture;

#[path = "renderings/formats.rs"]
mod formats;

/// A small signature of the literal and a disk behind it.
fn signature(id: &str, title: &str, severity: &str, literal: &str, extra: &str) -> SourceFile {
    SourceFile {
        name: format!("{id}.yaml"),
        text: format!(
            "id: {id}\ntitle: {{en: \"{title}\", zh: 标题 {id}}}\nseverity: {severity}\ncategory: storage\n\
             match: {{any: [{{line: {{component: [kernel, kubelet], literal: '{literal}', regex: '{literal}: (?<disk>\\S+)'}}}}]}}\n\
             entities: {{disk: disk}}\n{extra}\ncause: {{en: Something is full., zh: 空间已满。}}\n\
             impact: {{en: Writes fail., zh: 写入失败。}}\n\
             remedy:\n  - {{en: Look at it., zh: 查看。, command: df -h, risk: read-only}}\n  - {{en: Delete files., zh: 删除文件。, risk: data-loss}}\n\
             references: [\"https://example.com/disk\"]\n\
             samples: {{positive: [{{member: dmesg, text: '{literal}: sda'}}], negative: [{{member: dmesg, text: '{literal}'}}]}}\n"
        ),
    }
}

/// Two of them and a harmless one, so that no snapshot changes when knowledge is added.
fn set() -> SignatureSet {
    let files = vec![
        signature(
            "disk-full",
            "The disk is full",
            "critical",
            "no space left on",
            "causes: [write-failed]",
        ),
        signature(
            "noise",
            "Sounds bad",
            "info",
            "harmless noise of",
            "benign: true",
        ),
        signature(
            "write-failed",
            "Writing fails",
            "error",
            "write failed on",
            "",
        ),
    ];
    SignatureSet::empty().with_files(files).unwrap()
}

fn report(fixture: &str) -> Report {
    report_of(set(), fixture)
}

fn report_of(set: SignatureSet, fixture: &str) -> Report {
    report_of_bytes(set, Fixture::parse(fixture).tar())
}

fn report_of_bytes(set: SignatureSet, tar: Vec<u8>) -> Report {
    let scanner = Scanner::builder().threads(1).build(set);
    scanner
        .scan_reader("bundle.tar", std::io::Cursor::new(tar))
        .unwrap()
}

fn sick() -> Report {
    report(
        "//- var/log/messages\n\
         2026-03-10T10:17:40+08:00 n1 kernel: all well\n\
         2026-03-10T10:17:41+08:00 n1 kernel: no space left on: sda1\n\
         2026-03-10T10:17:42+08:00 n1 kubelet[9]: write failed on: sda1 \x1b[31mred\n\
         2026-03-10T10:19:41+08:00 n1 kernel: no space left on: sda2\n\
         2026-03-10T10:19:42+08:00 n1 kernel: harmless noise of: sdb\n\
         2026-03-10T10:19:43+08:00 n1 kubelet[9]: E0310 10:19:43.1  9 a.go:9] widget 7 of shop/web-0 isn't there \x1b[31mred\n",
    )
}

fn healthy() -> Report {
    report("//- var/log/messages\n2026-03-10T10:17:40+08:00 n1 kernel: all well\n")
}

/// The sick bundle with its cause known and the rest told.
fn suppressed() -> Report {
    let mut report = sick();
    report.suppress(|finding| {
        (finding.id() == "disk-full").then(|| Suppression::Rule {
            reason: "small on purpose \x1b[31m".to_owned(),
            expires: Some("2026-12-31".to_owned()),
            place: "known.yaml:3".to_owned(),
        })
    });
    report
}

fn render(report: &Report, name: &str, lang: Lang) -> String {
    render_for(Audience::Engineer, report, name, lang)
}

fn render_for(audience: Audience, report: &Report, name: &str, lang: Lang) -> String {
    let output = OUTPUTS.iter().find(|output| output.id() == name).unwrap();
    let options = RenderOptions {
        lang,
        audience,
        why: true,
        timings: false,
        ..RenderOptions::default()
    };
    let mut out = Vec::new();
    output.write_with(report, &options, &mut out).unwrap();
    unsigned(report, out)
}

/// Without the version and the digest, which changes with the files and is tested elsewhere.
fn unsigned(report: &Report, out: Vec<u8>) -> String {
    let text = String::from_utf8(out).unwrap();
    let text = text
        .replace(&report.tool.digest, "sha256:...")
        .replace(report.tool.version, "VERSION");
    match text.starts_with("<!DOCTYPE html>") {
        true => content(&text),
        false => text,
    }
}

/// An element of a page a line, without style, script and their hashes.
fn content(page: &str) -> String {
    let mut page = page.replace("><", ">\n<");
    for (start, end) in [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("'sha256-", "; "),
    ] {
        while let Some(at) = page.find(start) {
            let after = at + page[at..].find(end).unwrap();
            page.replace_range(at..after, "…");
        }
    }
    page
}

/// A tar of two small files, cut in the header of the second.
fn partial() -> Report {
    let fixture = Fixture::parse(
        "//- a/messages\n2026-03-10T10:17:41+08:00 n1 kernel: no space left on: sda1\n//- b/messages\nnever read\n",
    );
    let cut = bundle_scan_testkit::truncate(&fixture.tar(), 512 + 512 + 256);
    report_of_bytes(set(), cut)
}

#[test]
fn each_output_of_each_sample_is_pinned() {
    for (sample, report) in [
        ("problem", sick()),
        ("healthy", healthy()),
        ("partial", partial()),
        ("suppressed", suppressed()),
    ] {
        for output in OUTPUTS {
            for lang in [Lang::En, Lang::Zh] {
                let name = format!("{}-{sample}-{}", output.id(), lang.as_str());
                insta::assert_snapshot!(name, render(&report, output.id(), lang));
            }
        }
    }
}

#[test]
fn what_is_known_already_is_no_clean_bill() {
    let mut report = sick();
    let path = "old.json".to_owned();
    report.suppress(|_| Some(Suppression::Baseline { path: path.clone() }));
    for (lang, verdict, reason) in [
        (
            Lang::En,
            "no known problem found beside those suppressed",
            "old.json has it already",
        ),
        (
            Lang::Zh,
            "除已抑制的问题外，未发现已知问题",
            "old.json 中已有",
        ),
    ] {
        for name in ["text", "html"] {
            let text = render(&report, name, lang);
            assert!(text.contains(verdict) && text.contains(reason), "{text}");
        }
        assert!(render(&report, "markdown", lang).contains(reason));
    }
    let letter = render_for(Audience::Customer, &report, "text", Lang::En);
    assert!(!letter.contains("old.json"), "{letter}");
    assert_eq!(report.max_severity(), None);
}

#[test]
fn lines_around_the_proof_are_shown_if_asked_for() {
    let report = sick();
    let text = |context| {
        let options = RenderOptions {
            context,
            ..RenderOptions::default()
        };
        let mut out = Vec::new();
        TEXT.write_with(&report, &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(!text(0).contains("kernel: all well"));
    for context in [1, 9] {
        let text = text(context);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let proof = lines
            .iter()
            .position(|line| line.ends_with("no space left on: sda1"));
        assert!(
            lines[proof.unwrap() - 1].ends_with("kernel: all well"),
            "{text}"
        );
        assert!(
            lines[proof.unwrap() + 1].ends_with("sda1 ␛[31mred"),
            "{text}"
        );
    }
}

#[test]
fn what_a_customer_reads_is_pinned() {
    let outputs = OUTPUTS
        .iter()
        .filter(|output| output.speaks_to(Audience::Customer));
    let names: Vec<&str> = outputs.map(|output| output.id()).collect();
    assert_eq!(names, ["markdown", "text"]);
    for (sample, report) in [
        ("problem", sick()),
        ("healthy", healthy()),
        ("partial", partial()),
    ] {
        for name in &names {
            for lang in [Lang::En, Lang::Zh] {
                let text = render_for(Audience::Customer, &report, name, lang);
                for internal in ["widget", "1139", "confidence", "Sounds bad"] {
                    assert!(!text.contains(internal), "{internal}: {text}");
                }
                let name = format!("{name}-customer-{sample}-{}", lang.as_str());
                insta::assert_snapshot!(name, text);
            }
        }
    }
}

#[test]
fn nothing_in_the_text_report_is_obeyed_by_a_terminal() {
    let text = render(&sick(), "text", Lang::En);
    assert!(!text.contains('\x1b'), "{text}");
}

/// A node and its pod, in three spellings, and a journal that is no text.
const CLUSTER: &str = "//- cluster-resources/nodes.json
{\"kind\": \"NodeList\", \"items\": [{\"metadata\": {\"name\": \"node-1\"}, \"status\": {\"nodeInfo\": {\"kernelVersion\": \"5.10.0\", \"kubeletVersion\": \"v1.30.4\", \"containerRuntimeVersion\": \"containerd://1.7.11\", \"architecture\": \"amd64\", \"osImage\": \"Ubuntu 22.04.5 LTS\"}, \"conditions\": [{\"type\": \"Ready\", \"status\": \"True\"}]}}]}
//- kubectl/pods
NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE
shop        web-0   1/1     Running   0          3d4h
//- var/log/journal/4c1f/system.journal
LPKSHHRH and so on
//- var/log/messages
2026-03-10T10:17:40+08:00 node-1 kernel: all well
2026-03-10T11:17:40+08:00 node-1 kernel: still well
";

#[test]
fn logs_that_are_not_read_are_told() {
    for (lang, expected) in [
        (Lang::En, "1 binary journal is not read"),
        (Lang::Zh, "1 个二进制 journal 未被读取"),
    ] {
        let text = render(&report(CLUSTER), "text", lang);
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("$ journalctl -D"), "{text}");
    }
}

#[test]
fn the_inventory_tells_what_is_there_and_what_is_missing() {
    let report = report(CLUSTER);
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let mut out = Vec::new();
        let options = RenderOptions {
            lang,
            ..RenderOptions::default()
        };
        INVENTORY_TEXT
            .write_with(&report, &options, &mut out)
            .unwrap();
        insta::assert_snapshot!(
            format!("inventory_text_{name}"),
            String::from_utf8(out).unwrap()
        );
    }
    let mut out = Vec::new();
    INVENTORY_JSON.write(&report, &mut out).unwrap();
    insta::assert_snapshot!("inventory_json", unsigned(&report, out));
}

/// The sick bundle a day later: one disk was cleaned, another is full, and writing fails no more. A warning was not there before.
fn a_day_later() -> Report {
    let mut text = "//- n1/var/log/messages\n2026-03-11T10:17:40+08:00 n1 kernel: all well\n\
                    //- n2/var/log/messages\n2026-03-11T10:17:40+08:00 n2 kernel: all well\n"
        .to_owned();
    for second in 10..30 {
        text += &format!("2026-03-11T10:18:{second}+08:00 n2 kernel: no space left on: sda2\n");
    }
    text += "2026-03-11T10:19:42+08:00 n2 kernel: no space left on: sdc \x1b[31m\n";
    report(&text)
}

/// A finding of a signature that is not known here, as a report may tell it.
fn foreign(summary: &mut Summary) {
    let mut finding = summary.findings[0].clone();
    finding.id = "of-their-own\x1b[31m".to_owned();
    finding.fingerprint = "0".to_owned();
    finding.title = "Something of their own \u{202e}".to_owned();
    finding.entities = (0..3)
        .map(|number| (format!("thing{number}"), finding.entities["disk"].clone()))
        .collect();
    summary.findings.push(finding);
}

#[test]
fn a_comparison_puts_what_is_new_first_and_says_what_is_not_sure() {
    let set = set();
    let mut old = Summary::from(&sick());
    foreign(&mut old);
    let mut new = Summary::from(&a_day_later());
    new.coverage.not_evaluable.insert("write-failed".to_owned());
    let well = Summary::from(&healthy());
    let (digest, version) = (set.digest(), old.tool.version.clone());
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let options = RenderOptions {
            lang,
            ..RenderOptions::default()
        };
        for (order, diff) in [
            ("forth", compare(&old, &new, &set)),
            ("back", compare(&new, &old, &set)),
            ("fixed", compare(&old, &well, &set)),
        ] {
            let mut out = Vec::new();
            diff::write_text(&diff, &set, &options, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(!text.contains(['\x1b', '\u{202e}']), "{text}");
            insta::assert_snapshot!(format!("diff_{order}_{name}"), text);
        }
    }
    let mut out = Vec::new();
    let diff = compare(&old, &new, &set);
    diff_json::write_json(&diff, &set, &RenderOptions::default(), &mut out).unwrap();
    let json = String::from_utf8(out).unwrap();
    let json = json.replace(&digest, "sha256:...");
    insta::assert_snapshot!(
        "diff_json",
        json.replace(&format!("\"{version}\""), "\"VERSION\"")
    );
}

#[test]
fn a_report_that_was_saved_is_compared_like_a_scan() {
    for report in [sick(), healthy(), a_day_later()] {
        let json = render(&report, "json", Lang::En)
            .replace("sha256:...", &report.tool.digest)
            .replace("VERSION", report.tool.version);
        let Stream::Report(read) = read_stream("stdin", std::io::Cursor::new(json)).unwrap() else {
            panic!("it is a report");
        };
        assert_eq!(*read, Summary::from(&report));
    }
}

/// Two nodes: one that was booted after its disk failed, both of which run full, and a dump without a host whose clock is not known.
const STORY: &str = "//- n1/var/log/messages
2026-03-08T22:00:00+08:00 n1 kernel: disk is dying: sdb \x1b[31mred
2026-03-08T22:40:00+08:00 n1 kernel: disk is dying: sdb
2026-03-09T08:00:00+08:00 n1 kernel: [    1.000000] Linux version 5.10.0
2026-03-10T09:50:00+08:00 n1 kernel: no space left on: sda1
2026-03-10T09:51:00+08:00 n1 kernel: no space left on: sda1
2026-03-10T09:52:00+08:00 n1 kernel: write failed on: sda1
2026-03-10T10:00:00+08:00 n1 kernel: all well
//- n2/var/log/messages
2026-03-10T01:00:00+08:00 n2 kernel: clock is slow of: hpet
2026-03-10T09:55:00+08:00 n2 kernel: no space left on: sda1
2026-03-10T09:56:00+08:00 n2 kernel: no space left on: sda1
2026-03-10T09:56:00+08:00 n2 kernel: write failed on: sda1
//- elsewhere/dmesg
[Tue Mar 10 00:10:00 2026] link is down of: eth0
[Tue Mar 10 00:40:00 2026] link is down of: eth0
//- elsewhere/old/dmesg.0
[   12.000000] link was down of: eth0
";

fn story() -> Report {
    let kernel = |id: &str, severity: &str, literal: &str| {
        let mut file = signature(id, &format!("Title {id}"), severity, literal, "");
        file.text = file.text.replace("category: storage", "category: kernel");
        file
    };
    let set = set().with_files(vec![
        kernel("clock-slow", "info", "clock is slow of"),
        kernel("disk-dying", "critical", "disk is dying"),
        kernel("link-down", "warning", "link is down of"),
        kernel("link-was-down", "warning", "link was down of"),
    ]);
    report_of(set.unwrap(), STORY)
}

fn timeline(report: &Report, output: &dyn Render, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    output.write_with(report, options, &mut out).unwrap();
    unsigned(report, out)
}

#[test]
fn the_timeline_tells_what_happened_when_and_where() {
    let story = story();
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let options = RenderOptions {
            lang,
            ..RenderOptions::default()
        };
        let text = timeline(&story, &TIMELINE_TEXT, &options);
        assert!(!text.contains('\x1b'), "{text}");
        insta::assert_snapshot!(format!("timeline_text_{name}"), text);
    }
    let json = timeline(&story, &TIMELINE_JSON, &RenderOptions::default());
    insta::assert_snapshot!("timeline_json", json);
}

#[test]
fn the_timeline_of_one_host_has_no_sections() {
    let text = timeline(&sick(), &TIMELINE_TEXT, &RenderOptions::default());
    insta::assert_snapshot!("timeline_text_one_host", text);
}

#[test]
fn the_timeline_of_nothing_says_so() {
    let options = RenderOptions::default();
    let text = timeline(&healthy(), &TIMELINE_TEXT, &options);
    assert!(text.contains("no known problem found"), "{text}");
    let cut =
        report("//- messages\n2026-03-10T10:17:42+08:00 n1 kubelet[9]: write failed on: sda1\n");
    let options = RenderOptions {
        min_severity: Severity::Critical,
        ..RenderOptions::default()
    };
    let text = timeline(&cut, &TIMELINE_TEXT, &options);
    assert!(
        text.contains("nothing at or above the asked severity"),
        "{text}"
    );
}

/// A signature of this `match` and what else is given.
fn ruled(id: &str, rest: &str) -> SourceFile {
    SourceFile {
        name: format!("{id}.yaml"),
        text: format!(
            "id: {id}\ntitle: {{en: Title {id}, zh: 标题 {id}}}\nseverity: error\ncategory: node\n{rest}\n\
             cause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\nremedy: [{{en: r, zh: r, risk: read-only}}]\n\
             samples: {{positive: [{{member: m, text: t}}], negative: [{{member: m, text: the disk is not slow and no link flaps but we cannot start or stop}}]}}\n"
        ),
    }
}

/// Of each way to fail one.
fn traced() -> SignatureSet {
    let files = vec![
        ruled(
            "slow-disk",
            "match:\n  any:\n    - line:\n        component: [kernel, kubelet]\n        literal: 'disk is \"very\" slow'\n        regex: 'slow: (?<ms>\\d+) ms'\n        where: {ms: {ge: 500}}\n        none: [{literal: 'expected'}]\n    - fact: {kind: node_condition, where: {type: DiskSlow, status: 'True'}}\nrequires: {kernel: '<5.9'}",
        ),
        ruled(
            "often",
            "match: {any: [{line: {component: [kernel], literal: 'link flaps now'}}]}\nthreshold: {count: 5, within: 10m}",
        ),
        ruled(
            "apart",
            "match:\n  join: [pod]\n  all:\n    - line: {component: [kubelet], literal: 'cannot start', regex: 'cannot start (?<pod>\\S+)'}\n    - line: {component: [kubelet], literal: 'cannot stop', regex: 'cannot stop (?<pod>\\S+)'}\nentities: {pod: pod}",
        ),
        ruled(
            "counted",
            "match:\n  all:\n    - count: {of: {line: {component: [kernel], literal: 'link flaps now'}}, at_least: 3, within: 1m}\n    - absent: {line: {component: [kubelet], literal: 'cannot stop'}}",
        ),
        ruled(
            "sequenced",
            "match: {}\nsequence:\n  ordered: true\n  within: 2m\n  steps:\n    - line: {component: [kubelet], literal: 'cannot stop'}\n    - line: {component: [kubelet], literal: 'cannot start'}",
        ),
        ruled(
            "present",
            "match:\n  all:\n    - line: {component: [kernel], literal: 'link flaps now'}\n    - absent: {line: {component: [kubelet], literal: 'cannot stop'}}",
        ),
        ruled(
            "required",
            "match: {any: [{line: {component: [kernel], literal: 'link flaps now'}}]}\nrequires: {kernel: '<4.0'}",
        ),
        ruled(
            "unheard",
            "match: {any: [{line: {component: [etcd], literal: 'link flaps now'}}]}",
        ),
    ];
    set().with_files(files).unwrap()
}

const CLOSE: &str = "//- var/log/messages
2026-03-10T10:00:00+08:00 n1 kernel: disk is \"very\" slow: 20 ms
2026-03-10T10:00:01+08:00 n1 dockerd[3]: disk is \"very\" slow: 900 ms
2026-03-10T10:00:02+08:00 n1 kernel: disk is \"VERY\" slow: 900 ms
2026-03-10T10:00:03+08:00 n1 kernel: disk is \"very\" slow \x1b[31mindeed
2026-03-10T10:00:04+08:00 n1 kernel: disk is \"very\" slow: 900 ms, as expected
2026-03-10T10:00:05+08:00 n1 kernel: disk is \"very\" slow: 21 ms
2026-03-10T10:00:06+08:00 n1 kernel: disk is \"very\" slow: 22 ms
2026-03-10T10:00:07+08:00 n1 kernel: disk is \"very\" slow: 23 ms
2026-03-10T10:10:00+08:00 n1 kernel: link flaps now
2026-03-10T10:20:00+08:00 n1 kernel: link flaps now
2026-03-10T10:20:30+08:00 n1 kernel: link flaps now
2026-03-10T10:30:00+08:00 n1 kubelet[9]: cannot start web-0
2026-03-10T10:31:00+08:00 n1 kubelet[9]: cannot stop web-1
2026-03-10T10:32:00+08:00 n1 kernel: no space left on: sda1
//- cluster-resources/nodes.json
{\"kind\": \"NodeList\", \"items\": [
{\"kind\": \"Node\", \"metadata\": {\"name\": \"n1\"}, \"status\": {\"nodeInfo\": {\"kernelVersion\": \"5.10.0\"}, \"conditions\": [
{\"type\": \"Ready\", \"status\": \"False\"},
{\"type\": \"DiskSlow\", \"status\": \"False\"}]}}]}
";

fn trace(id: &str, fixture: &str, output: &dyn Render, lang: Lang) -> String {
    let scanner = Scanner::builder().threads(1).trace(id).build(traced());
    let bundle = std::io::Cursor::new(Fixture::parse(fixture).tar());
    let report = scanner.scan_reader("bundle.tar", bundle).unwrap();
    let options = RenderOptions {
        lang,
        ..RenderOptions::default()
    };
    timeline(&report, output, &options)
}

#[test]
fn a_trace_tells_what_became_of_each_line_and_fact() {
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let text = trace("slow-disk", CLOSE, &TRACE_TEXT, lang);
        assert!(!text.contains('\x1b'), "{text}");
        insta::assert_snapshot!(format!("trace_text_{name}"), text);
    }
    let json = trace("slow-disk", CLOSE, &TRACE_JSON, Lang::En);
    insta::assert_snapshot!("trace_json", json);
}

#[test]
fn a_trace_names_the_first_thing_that_was_missing() {
    let ids = [
        "often",
        "apart",
        "counted",
        "sequenced",
        "present",
        "required",
        "unheard",
        "noise",
    ];
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let all = ids.map(|id| trace(id, CLOSE, &TRACE_TEXT, lang));
        insta::assert_snapshot!(format!("trace_missing_{name}"), all.join("\n----\n"));
    }
}

#[test]
fn a_trace_of_what_fired_says_where_it_stands() {
    let late = "//- var/log/messages\n\
                2026-03-10T10:17:41+08:00 n1 kernel: no space left on: sda1\n\
                2026-03-10T10:17:42+08:00 n1 kubelet[9]: write failed on: sda1\n\
                2026-03-10T10:19:42+08:00 n1 kernel: harmless noise of: sdb\n";
    let all = ["write-failed", "noise"].map(|id| {
        let text = trace(id, late, &TRACE_TEXT, Lang::En);
        text + &trace(id, late, &TRACE_TEXT, Lang::Zh)
    });
    insta::assert_snapshot!("trace_fired", all.join("\n----\n"));
    let json: serde_json::Value =
        serde_json::from_str(&trace("write-failed", late, &TRACE_JSON, Lang::En)).unwrap();
    assert_eq!(json["fired"], true);
    assert_eq!(json["finding"]["explained_by"], "disk-full");
    assert_eq!(json["reason"], serde_json::Value::Null);
}

/// A cause with symptoms, long titles and long lines.
const SCENARIO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../corpus/thinpool-full/bundle"
);

#[test]
fn the_text_report_fits_the_terminal() {
    let scanner = Scanner::builder().build(SignatureSet::builtin().unwrap());
    let report = scanner.scan_path(SCENARIO).unwrap();
    for width in [60, 80, 200] {
        for lang in [Lang::En, Lang::Zh] {
            let options = RenderOptions {
                lang,
                width,
                color: true,
                ..RenderOptions::default()
            };
            let mut out = Vec::new();
            TEXT.write_with(&report, &options, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let mut widest = 0;
            for line in text.lines() {
                let columns = textwrap::core::display_width(line);
                // What is copied is never broken.
                let is_whole = ["$ ", "://"].iter().any(|mark| line.contains(mark))
                    || !line.trim().contains(' ');
                assert!(columns <= width || is_whole, "{columns} > {width}: {line}");
                widest = widest.max(columns);
            }
            assert!(widest > width / 2, "{widest} of {width} columns");
        }
    }
}

#[test]
fn a_long_line_shows_what_proves_the_finding() {
    let scanner = Scanner::builder().build(SignatureSet::builtin().unwrap());
    let beginning = "word ".repeat(90);
    let chinese = "磁盘".repeat(75);
    for before in [beginning, chinese] {
        let log = format!(
            "Mar 10 10:17:41 n1 kernel: {before}: neighbour: arp_cache: neighbor table overflow!\n"
        );
        let report = scanner
            .scan_reader("messages", std::io::Cursor::new(log))
            .unwrap();
        let mut out = Vec::new();
        TEXT.write(&report, &mut out).unwrap();
        let text = String::from_utf8(out)
            .unwrap()
            .replace("\n              ", " ");
        assert!(text.contains("Mar 10 10:17:41 n1 kernel: "), "{text}");
        assert!(text.contains("neighbor table overflow!"), "{text}");
        assert!(text.len() < 4_000, "{} bytes", text.len());
    }
}
