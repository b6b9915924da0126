//! What other programs read: SARIF as its schema asks for it, and test results in XML that any parser takes.

use std::collections::BTreeMap;

use bundle_scan_core::render::{JSON, JUNIT, SARIF};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::*;

/// A line that proves something, in an archive within an archive, both with names that no URI may hold as they are.
fn nested() -> Report {
    let line = "2026-03-10T10:17:41+08:00 n1 kernel: no space left on: sda1\n";
    let inner = |name: &str| Fixture::new(vec![(name.to_owned(), line.into())]).tar();
    let outer = Fixture::new(vec![
        ("nodes/n 1%.tar".into(), inner("var/log/磁盘?.log")),
        ("nodes/n2.tar".into(), inner("var/log/messages")),
    ]);
    report_of_bytes(set(), outer.tar())
}

/// What XML, terminals and links may take for something else, in a line of proof, in what it names and in its path.
fn hostile() -> Report {
    let odd = "\0\x1b[31m]]>\u{fffe}<a>&amp;[x](y){0}";
    let line = format!("2026-03-10T10:17:41+08:00 n1 kernel: no space left on: {odd}\n");
    let path = format!("var/log/{}", odd.replace('\0', ""));
    report_of_bytes(set(), Fixture::new(vec![(path, line.into())]).tar())
}

/// The report of a folder.
fn folder() -> Report {
    let folder = tempfile::tempdir().unwrap();
    Fixture::parse("//- var/log/messages\nMar 10 10:17:41 n1 kernel: no space left on: sda1\n")
        .write_dir(folder.path());
    let scanner = Scanner::builder().threads(1).build(set());
    scanner.scan_path(folder.path()).unwrap()
}

fn written(output: &dyn Render, report: &Report, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    output.write_with(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn sarif(report: &Report) -> Value {
    serde_json::from_str(&written(&SARIF, report, &RenderOptions::default())).unwrap()
}

/// The schema of the OASIS standard, as it is published:
/// <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json>.
const SARIF_SCHEMA: &str = include_str!("sarif-2.1.0.schema.json");

/// Holds documents against a JSON Schema.
struct Schema(boon::Schemas, boon::SchemaIndex);

impl Schema {
    fn new(schema: Value) -> Self {
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.add_resource("schema.json", schema).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Schema(schemas, index)
    }

    #[track_caller]
    fn check(&self, document: &Value) {
        if let Err(error) = self.0.validate(document, self.1) {
            panic!("{error:#}");
        }
    }
}

/// What the schema does not say: numbers of rules and artifacts lead where they should, URIs have no odd characters.
fn check_references(run: &Value) {
    let artifacts = run["artifacts"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for (index, artifact) in artifacts.iter().enumerate() {
        assert_eq!(artifact["location"]["index"], index);
        let parent = artifact.get("parentIndex").map(|at| at.as_u64().unwrap());
        assert!(parent.is_none_or(|parent| parent < index as u64));
        let uri = artifact["location"]["uri"].as_str().unwrap();
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/%:".contains(c);
        assert!(uri.chars().all(is_allowed), "{uri}");
        let base = artifact["location"].get("uriBaseId");
        let bases = &run["originalUriBaseIds"];
        assert!(base.is_none_or(|base| bases.get(base.as_str().unwrap()).is_some()));
    }
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let related = result.get("relatedLocations").and_then(Value::as_array);
        for location in result["locations"]
            .as_array()
            .unwrap()
            .iter()
            .chain(related.into_iter().flatten())
        {
            let location = &location["physicalLocation"];
            assert!(location["region"]["startLine"].as_u64().unwrap() > 0);
            let location = &location["artifactLocation"];
            let artifact = &artifacts[location["index"].as_u64().unwrap() as usize];
            assert_eq!(&artifact["location"], location);
        }
    }
}

/// All kinds of reports.
fn all() -> [Report; 8] {
    [
        sick(),
        healthy(),
        partial(),
        suppressed(),
        story(),
        nested(),
        hostile(),
        folder(),
    ]
}

#[test]
fn json_is_what_its_schema_asks_for() {
    let schema = Schema::new(bundle_scan_core::render::json::json_schema());
    for report in all() {
        let document = written(&JSON, &report, &RenderOptions::default());
        schema.check(&serde_json::from_str(&document).unwrap());
    }
    let other = serde_json::json!({"schema_version": 1});
    assert!(schema.0.validate(&other, schema.1).is_err());
}

#[test]
fn sarif_is_what_its_schema_asks_for() {
    let schema = Schema::new(serde_json::from_str(SARIF_SCHEMA).unwrap());
    for report in all() {
        for lang in [Lang::En, Lang::Zh] {
            let options = RenderOptions {
                lang,
                ..RenderOptions::default()
            };
            let document = serde_json::from_str(&written(&SARIF, &report, &options)).unwrap();
            schema.check(&document);
            check_references(&document["runs"][0]);
        }
    }
}

#[test]
fn sarif_tells_what_lies_in_what() {
    let document = sarif(&nested());
    let artifacts = document["runs"][0]["artifacts"].as_array().unwrap();
    let told: BTreeMap<&str, Option<u64>> = artifacts
        .iter()
        .map(|it| {
            (
                it["location"]["uri"].as_str().unwrap(),
                it["parentIndex"].as_u64(),
            )
        })
        .collect();
    let at = |uri: &str| artifacts.iter().position(|it| it["location"]["uri"] == uri);
    let at = |uri: &str| Some(at(uri).unwrap() as u64);
    let expected = [
        ("bundle.tar", None),
        ("/nodes/n%201%25.tar", Some(0)),
        ("/nodes/n2.tar", Some(0)),
        (
            "/var/log/%E7%A3%81%E7%9B%98%3F.log",
            at("/nodes/n%201%25.tar"),
        ),
        ("/var/log/messages", at("/nodes/n2.tar")),
    ];
    assert_eq!(told, BTreeMap::from(expected));
}

#[test]
fn sarif_lets_an_editor_open_the_files_of_a_folder() {
    let report = folder();
    let document = sarif(&report);
    let run = &document["runs"][0];
    let location = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let base = location["uriBaseId"].as_str().unwrap();
    let base = run["originalUriBaseIds"][base]["uri"].as_str().unwrap();
    let uri = format!("{base}{}", location["uri"].as_str().unwrap());
    assert_eq!(
        uri,
        format!("file://{}/var/log/messages", report.bundle.path)
    );
}

#[test]
fn a_snippet_is_the_line_and_a_message_shows_what_would_act() {
    let document = sarif(&hostile());
    let result = &document["runs"][0]["results"][0];
    let snippet = &result["locations"][0]["physicalLocation"]["region"]["snippet"];
    let text = snippet["text"].as_str().unwrap();
    assert!(
        text.ends_with("\0\x1b[31m]]>\u{fffe}<a>&amp;[x](y){0}"),
        "{text}"
    );
    let rendered = snippet["rendered"]["text"].as_str().unwrap();
    assert!(rendered.contains("␀␛[31m]]>\\u{fffe}"), "{rendered}");
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains("[x] (y){{0}}:1"), "{message}");
    assert!(!message.contains(char::is_control), "{message}");
}

/// How many elements of each name there are, and the attributes of the last one of each.
type Elements = BTreeMap<String, (usize, BTreeMap<String, String>)>;

/// Reads it all, which fails where it is not well-formed.
fn elements(xml: &str) -> Elements {
    let is_legal =
        |c: char| matches!(c, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(is_legal), "{xml}");
    let mut reader = Reader::from_str(xml);
    let mut elements = Elements::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return elements,
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let key = attribute.key.as_ref().to_owned();
                    (key, attribute.value.into_owned())
                });
                let (count, last) = elements.entry(name).or_default();
                *count += 1;
                *last = attributes.collect();
            }
            Event::Text(text) => assert!(!text.contains("]]>")),
            _ => (),
        }
    }
}

#[test]
fn test_results_are_well_formed_and_count_what_is_there() {
    for report in [sick(), healthy(), partial(), story(), hostile()] {
        let found = elements(&written(&JUNIT, &report, &RenderOptions::default()));
        let count = |name: &str| found.get(name).map_or(0, |(count, _)| *count);
        for suite in ["testsuites", "testsuite"] {
            let attribute = |name: &str| found[suite].1[name].parse::<usize>().unwrap();
            assert_eq!(attribute("tests"), count("testcase"));
            assert_eq!(attribute("failures"), count("failure"));
            assert_eq!(attribute("skipped"), count("skipped"));
            assert!(found[suite].1.contains_key("time"));
        }
        assert!(count("testcase") > 0);
        assert_eq!(
            count("system-err"),
            usize::from(!report.problems.is_empty())
        );
    }
}

#[test]
fn findings_below_the_asked_severity_are_not_told() {
    let options = RenderOptions {
        min_severity: Severity::Critical,
        ..RenderOptions::default()
    };
    let xml = written(&JUNIT, &sick(), &options);
    let document = written(&SARIF, &sick(), &options);
    for text in [&xml, &document] {
        assert!(text.contains("The disk is full"));
        assert!(!text.contains("Writing fails"), "{text}");
    }
    let cut =
        report("//- messages\n2026-03-10T10:17:42+08:00 n1 kubelet[9]: write failed on: sda1\n");
    let xml = written(&JUNIT, &cut, &options);
    assert!(
        xml.contains("nothing at or above the asked severity"),
        "{xml}"
    );
    assert_eq!(elements(&xml)["testcase"].0, 1);
}

#[test]
fn what_is_only_worth_knowing_fails_no_pipeline() {
    let lost = signature(
        "gap",
        "Lines were dropped",
        "warning",
        "dropped lines of",
        "evidence_lost: true",
    );
    let minor = signature("minor", "Not nice", "info", "not nice is", "");
    let report = report_of(
        set().with_files(vec![lost, minor]).unwrap(),
        "//- var/log/messages\n\
         2026-03-10T10:17:41+08:00 n1 kernel: dropped lines of: sda1\n\
         2026-03-10T10:17:42+08:00 n1 kernel: not nice is: sda1\n\
         2026-03-10T10:17:43+08:00 n1 kernel: harmless noise of: sdb\n",
    );
    let xml = written(&JUNIT, &report, &RenderOptions::default());
    let found = elements(&xml);
    let count = |name: &str| found.get(name).map_or(0, |(count, _)| *count);
    assert_eq!(
        (count("testcase"), count("skipped"), count("failure")),
        (3, 2, 0),
        "{xml}"
    );
    let document = sarif(&report);
    let results = document["runs"][0]["results"].as_array().unwrap();
    let kinds: BTreeMap<&str, (&str, &str)> = results
        .iter()
        .map(|it| ["ruleId", "kind", "level"].map(|key| it[key].as_str().unwrap()))
        .map(|[id, kind, level]| (id, (kind, level)))
        .collect();
    let expected = [
        ("gap", ("informational", "none")),
        ("minor", ("fail", "note")),
        ("noise", ("informational", "none")),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
}
