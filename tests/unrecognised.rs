//! Errors that no signature matches: which lines are found, in which formats, and what becomes of them.
#![allow(missing_docs, clippy::unwrap_used)]

use bundle_scan_core::explain::draft::draft;
use bundle_scan_core::render::{JSON, RenderOptions};
use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::{Render, Report, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;

/// One signature that knows `widget broke`, with the pod that it names, and events of the reason `Jammed`.
fn set() -> SignatureSet {
    let text = "id: a\ntitle: {en: t, zh: t}\nseverity: error\nconfidence: high\ncategory: node\n\
                match: {any: [{line: {literal: widget broke, regex: 'widget broke(?: in (?<pod>\\S+))?'}}, {fact: {kind: event, where: {reason: Jammed}}}]}\nentities: {pod: pod}\n\
                cause: {en: c, zh: c}\nimpact: {en: i, zh: i}\nremedy: [{en: r, zh: r, risk: read-only}]\n\
                samples: {positive: [{member: m, text: widget broke}], negative: [{member: m, text: a widget}]}\n";
    let file = SourceFile {
        name: "a.yaml".into(),
        text: text.into(),
    };
    SignatureSet::empty().with_files(vec![file]).unwrap()
}

fn scan(fixture: &str) -> Report {
    let tar = std::io::Cursor::new(Fixture::parse(fixture).tar());
    let scanner = Scanner::builder().threads(1).build(set());
    scanner.scan_reader("bundle.tar", tar).unwrap()
}

/// `3× kubelet error: the mill stopped`, in order of rank.
fn templates(fixture: &str) -> Vec<String> {
    let report = scan(fixture);
    let templates = report.unrecognised.templates.iter();
    templates
        .map(|one| {
            let who = one.component.unwrap_or("?");
            format!("{}× {who} {}: {}", one.count, one.level.as_str(), one.text)
        })
        .collect()
}

#[test]
fn errors_are_found_in_every_format_of_lines() {
    for (fixture, expected) in [
        (
            "//- kubelet.log\nI0310 10:17:40.1 7 a.go:9] E well\nE0310 10:17:41.1 7 a.go:9] the mill stopped\n",
            "1× kubelet error: the mill stopped",
        ),
        (
            "//- var/log/messages\nMar 10 10:17:41 n1 kubelet[7]: F0310 10:17:41.1 7 a.go:9] the mill stopped\n",
            "1× kubelet critical: the mill stopped",
        ),
        (
            "//- var/log/pods/shop_mill-0_1f2e/mill/0.log\n2026-03-10T10:17:41.075997041Z stderr F E0310 10:17:41.1 7 a.go:9] the mill stopped\n",
            "1× app error: the mill stopped",
        ),
        (
            "//- var/log/messages\nMar 10 10:17:41 n1 dockerd[7]: time=\"2026-03-10T10:17:41Z\" level=error msg=\"the mill stopped\"\n",
            "1× dockerd error: msg=\"the mill stopped\"",
        ),
        (
            "//- app/mill.log\n2026-03-10 10:17:41,075 [main] ERROR the.Mill - it stopped\n",
            "1× ? error: [main] ERROR the.Mill - it stopped",
        ),
    ] {
        assert_eq!(templates(fixture), [expected], "{fixture}");
    }
    let json = templates(
        "//- app/mill.log\n{\"level\":\"error\",\"ts\":\"2026-03-10T10:17:41Z\",\"msg\":\"the mill stopped\"}\n",
    );
    assert_eq!(json.len(), 1);
    assert!(json[0].contains("the mill stopped"), "{json:?}");
}

#[test]
fn what_is_no_error_is_left_out() {
    for fixture in [
        "//- kubelet.log\nI0310 10:17:40.1 7 a.go:9] level=error of old\nW0310 10:17:41.1 7 a.go:9] the mill is slow\n",
        "//- root/.bash_history\ntime=\"2026-03-10T10:17:41Z\" level=error msg=\"the mill stopped\"\n",
        "//- etc/fluentd.conf\ntime=\"2026-03-10T10:17:41Z\" level=error msg=\"the mill stopped\"\n",
        "//- kubelet.log\nE0310 10:17:41.1 7 a.go:9] the widget broke\n",
    ] {
        assert_eq!(templates(fixture), [""; 0], "{fixture}");
    }
}

#[test]
fn messages_that_differ_in_details_are_one_template() {
    let lines = (0..30)
        .map(|n| format!("Mar 10 10:17:{n:02} n1 kubelet[7]: E0310 10:17:41.1  7 a.go:9] mill {n} of shop/web-{n} stopped after {n}s\n"));
    let fixture = format!("//- var/log/messages\n{}", lines.collect::<String>());
    assert_eq!(
        templates(&fixture),
        ["30× kubelet error: mill <*> of <*> stopped after <*>"]
    );
}

#[test]
fn an_event_about_a_thing_that_a_finding_names_tells_nothing_new() {
    let events = "//- events.txt\nLAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n\
                  5m          Warning   Halted    pod/web-0   the mill stopped\n\
                  5m          Warning   Halted    pod/web-1   the mill stopped at last\n\
                  5m          Normal    Halted    pod/web-2   all is well\n";
    assert_eq!(
        templates(events),
        [
            "1× event warning: Halted: the mill stopped",
            "1× event warning: Halted: the mill stopped at last"
        ]
    );
    let with_finding = format!("{events}//- m\nwidget broke in shop/web-0\n");
    assert_eq!(
        templates(&with_finding),
        ["1× event warning: Halted: the mill stopped at last"]
    );
}

#[test]
fn an_event_that_a_signature_knows_as_a_fact_is_explained_in_every_form() {
    let item = |reason: &str| {
        format!(
            r#"{{"kind":"Event","apiVersion":"v1","metadata":{{"name":"{reason}.1","namespace":"shop"}},"involvedObject":{{"kind":"Pod","name":"web-0","namespace":"shop"}},"reason":"{reason}","message":"the mill stopped","type":"Warning","count":3,"lastTimestamp":"2026-03-10T10:00:00Z"}}"#
        )
    };
    let list = |reason: &str| {
        format!(
            "//- events.json\n{{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[{}]}}\n",
            item(reason)
        )
    };
    let table = |reason: &str| {
        format!(
            "//- events.txt\nLAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n5m          Warning   {reason}    pod/web-0   the mill stopped\n"
        )
    };
    let described = |reason: &str| {
        format!(
            "//- describe/web-0.txt\nName:         web-0\nNamespace:    shop\nNode:         n1/10.0.0.1\nStatus:       Running\nEvents:\n  Type     Reason  Age  From     Message\n  ----     ------  ---  ----     -------\n  Warning  {reason}  5m   kubelet  the mill stopped\n"
        )
    };
    for form in [&list as &dyn Fn(&str) -> String, &table, &described] {
        assert_eq!(templates(&form("Halted")).len(), 1, "{}", form("Halted"));
        assert_eq!(templates(&form("Jammed")), [""; 0], "{}", form("Jammed"));
    }
}

#[test]
fn critical_and_frequent_ones_come_first() {
    let mut fixture = String::from("//- kubelet.log\n");
    for second in 0..40 {
        fixture += &format!("E0310 10:17:{second:02}.1 7 a.go:9] often\n");
    }
    fixture += "E0310 10:18:41.1 7 a.go:9] once\nF0310 10:18:41.1 7 a.go:9] fatal\n";
    let ranked: Vec<String> = templates(&fixture);
    assert_eq!(
        ranked,
        [
            "1× kubelet critical: fatal",
            "40× kubelet error: often",
            "1× kubelet error: once"
        ]
    );
}

#[test]
fn one_record_in_two_logs_counts_once() {
    let line = "Mar 10 10:17:41 n1 kubelet[7]: E0310 10:17:41.1  7 a.go:9] the mill stopped\n";
    let fixture = format!("//- var/log/messages\n{line}//- var/log/syslog\n{line}");
    assert_eq!(templates(&fixture), ["1× kubelet error: the mill stopped"]);
}

#[test]
fn the_example_makes_a_signature() {
    let report = scan(
        "//- var/log/messages\nMar 10 10:17:41 n1 kubelet[7]: E0310 10:17:41.1  7 a.go:9] it's the mill that stopped\n",
    );
    let example = &report.unrecognised.templates[0].example;
    assert_eq!(
        (example.member.as_str(), example.line),
        ("var/log/messages", 1)
    );
    let made = draft(&set(), &example.text).unwrap();
    assert!(made.yaml.contains("the mill that stopped"), "{}", made.yaml);
    let mut out = Vec::new();
    JSON.write_with(&report, &RenderOptions::default(), &mut out)
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let adopt = json["unrecognised"][0]["adopt"].as_str().unwrap();
    let command = "bundle-scan signatures new --from 'Mar 10 10:17:41 n1 kubelet[7]: E0310 10:17:41.1  7 a.go:9] it'\\''s the mill that stopped'";
    assert_eq!(adopt, command);
}

#[test]
fn nothing_is_told_where_it_was_not_asked_for() {
    let tar =
        Fixture::parse("//- kubelet.log\nE0310 10:17:41.1 7 a.go:9] the mill stopped\n").tar();
    let mut builder = Scanner::builder();
    let scanner = builder.threads(1).unexplained(false).build(set());
    let report = scanner
        .scan_reader("bundle.tar", std::io::Cursor::new(tar))
        .unwrap();
    assert!(report.unrecognised.templates.is_empty());
}
