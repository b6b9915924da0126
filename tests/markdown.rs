//! Whatever a bundle says, a ticket has the same headings, lists, tables and links.
#![allow(missing_docs, clippy::unwrap_used)]

use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::base::problem::{Problem, ProblemKind};
use bundle_scan_core::render::{Audience, MARKDOWN, RenderOptions};
use bundle_scan_core::report::Status;
use bundle_scan_core::report::streams::Gap;
use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::{Lang, Render, Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

fn signature(id: &str, literal: &str, extra: &str) -> SourceFile {
    SourceFile {
        name: format!("{id}.yaml"),
        text: format!(
            "id: {id}\ntitle: {{en: \"Title <none> | #7 of {id}\", zh: 标题}}\nseverity: error\ncategory: storage\n\
             match: {{any: [{{line: {{component: [kernel], literal: '{literal}', regex: '{literal}: (?<disk>\\S+)'}}}}]}}\n\
             entities: {{disk: disk}}\n{extra}\ncause: {{en: Cause., zh: 原因。}}\nimpact: {{en: Impact., zh: 影响。}}\n\
             remedy: [{{en: Look., zh: 查看。, command: 'df -h | sort', risk: read-only}}, {{en: Delete., zh: 删除。, risk: data-loss}}]\n\
             references: [\"https://example.com/disk\"]\n\
             samples: {{positive: [{{member: dmesg, text: '{literal}: sda'}}], negative: [{{member: dmesg, text: '{literal}'}}]}}\n"
        ),
    }
}

const BUNDLE: &str = "//- var/log/messages
2026-03-10T10:17:41+08:00 n1 kernel: no space left on: sda1
2026-03-10T10:17:42+08:00 n1 kernel: write failed on: sda1
2026-03-10T10:19:42+08:00 n1 kernel: harmless noise of: sdb
2026-03-10T10:19:43+08:00 n1 kernel: log was lost of: sdb
2026-03-10T10:19:44+08:00 n1 kubelet[9]: E0310 10:19:43.1  9 a.go:9] widget 7 is not there
";

fn report() -> Report {
    let set = SignatureSet::empty().with_files(vec![
        signature("disk-full", "no space left on", "causes: [write-failed]"),
        signature("write-failed", "write failed on", ""),
        signature("noise", "harmless noise of", "benign: true"),
        signature("lost", "log was lost of", "evidence_lost: true"),
    ]);
    let scanner = Scanner::builder().threads(1).build(set.unwrap());
    let bundle = std::io::Cursor::new(Fixture::parse(BUNDLE).tar());
    scanner.scan_reader("bundle.tar", bundle).unwrap()
}

/// The report as if the bundle said `text` wherever it can say anything.
fn saying(report: &Report, text: &str) -> Report {
    let mut report = report.clone();
    let member = MemberPath::parse(text);
    report.bundle.path = text.to_owned();
    report.bundle.hosts = vec![text.to_owned(), "n2".to_owned()];
    let found = [&mut report.findings, &mut report.benign, &mut report.lost];
    for (index, finding) in found.into_iter().flatten().enumerate() {
        finding.hosts = match index {
            0 => vec![(text.to_owned(), 1)],
            1 => vec![(text.to_owned(), 2), (text.to_owned(), 1)],
            _ => Vec::new(),
        };
        for value in finding.entities.iter_mut().flat_map(|e| &mut e.values) {
            value.0 = text.to_owned();
        }
        for evidence in &mut finding.evidence {
            evidence.member = member.clone();
            evidence.text = text.to_owned();
        }
    }
    for template in &mut report.unrecognised.templates {
        template.text = text.to_owned();
        template.example.member = member.clone();
    }
    report.coverage.gaps = vec![Gap {
        log: member.clone(),
        missing: vec![2, 3],
    }];
    report.status = Status::Partial;
    report.problems = vec![Problem {
        member,
        kind: ProblemKind::Corrupt,
        detail: text.to_owned(),
    }];
    report
}

fn markdown(report: &Report, audience: Audience, lang: Lang) -> String {
    let options = RenderOptions {
        lang,
        audience,
        timings: false,
        ..RenderOptions::default()
    };
    let mut out = Vec::new();
    MARKDOWN.write_with(report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What a document is made of, what stands in code aside.
fn structure(markdown: &str) -> Vec<Event<'_>> {
    let mut is_code = false;
    let mut events: Vec<Event<'_>> = Vec::new();
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Code(_) => events.push(Event::Code("".into())),
            Event::Text(_) if is_code => {}
            Event::Start(Tag::CodeBlock(_)) => {
                is_code = true;
                events.push(event);
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => {
                is_code = false;
                events.push(event);
            }
            event => events.push(event),
        }
    }
    events
}

fn audiences() -> [(Audience, Lang); 4] {
    let [engineer, customer] = [Audience::Engineer, Audience::Customer];
    [
        (engineer, Lang::En),
        (engineer, Lang::Zh),
        (customer, Lang::En),
        (customer, Lang::Zh),
    ]
}

#[track_caller]
fn assert_harmless(report: &Report, text: &str) {
    for (audience, lang) in audiences() {
        let plain = markdown(&saying(report, "word"), audience, lang);
        let hostile = markdown(&saying(report, text), audience, lang);
        assert_eq!(structure(&plain), structure(&hostile), "{hostile}");
    }
}

#[test]
fn the_document_is_what_it_is_meant_to_be() {
    let text = markdown(&saying(&report(), "word"), Audience::Engineer, Lang::En);
    let events = structure(&text);
    let count = |is: fn(&Event<'_>) -> bool| events.iter().filter(|event| is(event)).count();
    assert_eq!(count(|e| matches!(e, Event::Start(Tag::Table(_)))), 1);
    assert_eq!(count(|e| matches!(e, Event::Start(Tag::TableRow))), 2);
    assert_eq!(count(|e| matches!(e, Event::Start(Tag::Link { .. }))), 1);
    assert_eq!(count(|e| matches!(e, Event::Start(Tag::Image { .. }))), 0);
    assert_eq!(count(|e| matches!(e, Event::Start(Tag::Heading { .. }))), 4);
}

#[test]
fn well_known_tricks_stay_text() {
    let report = report();
    for trick in [
        "</details><script>alert(1)</script>",
        "![x](https://example.com/x.png)",
        "[x](https://example.com) https://example.com www.example.com a@example.com",
        "@everyone #12 !34 %5 &6 $7",
        "``` \n# heading\n```` ````` end",
        "~~~",
        "=HYPERLINK(\"x\")",
        "a|b\\|c\\\\|d",
        "[^1]: note",
        "[x]: https://example.com",
        "`",
        "\\`",
        "",
        " ",
        "\n\n---\n\n",
        "\u{202e}\u{200b}\x1b[31m",
    ] {
        assert_harmless(&report, trick);
    }
}

#[test]
fn no_cell_begins_with_what_a_bundle_says() {
    let text = markdown(&saying(&report(), "=cmd"), Audience::Engineer, Lang::En);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 4, "{text}");
    for cell in rows.iter().flat_map(|row| row.split(" | ")) {
        assert!(!cell.starts_with(['=', '+', '@', '`']), "{cell}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_mix_of_markup_stays_text(
        text in r"([`|\\<>\[\]()!*_#@$~=+&{}:^ \n\r\tx0-9.-]|</details>|<!--|```|https://e\.x|www\.|磁){0,24}",
    ) {
        assert_harmless(&REPORT, &text);
    }
}

static REPORT: std::sync::LazyLock<Report> = std::sync::LazyLock::new(report);
