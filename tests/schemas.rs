//! The published JSON Schemas, the list of facts and the list of signatures are those of the code. `UPDATE_SCHEMAS=1 cargo test`
//! writes them anew.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use bundle_scan_core::signature::Signature;
use bundle_scan_core::signature::SignatureSet;
use bundle_scan_core::signature::compile::Leaf;
use bundle_scan_core::source::component::ComponentSet;

fn check(name: &str, schema: &serde_json::Value) {
    check_text(name, &format!("{schema:#}\n"));
}

fn check_text(name: &str, text: &str) {
    let path = format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == text,
        "docs/{name} is out of date: UPDATE_SCHEMAS=1 cargo test --test schemas"
    );
}

#[test]
fn the_schema_of_signature_files_is_published() {
    check(
        "signature.schema.json",
        &bundle_scan_core::signature::schema::json_schema(),
    );
}

#[test]
fn the_schema_of_the_report_is_published() {
    check(
        "report.schema.json",
        &bundle_scan_core::render::json::json_schema(),
    );
}

#[test]
fn the_schema_of_the_inventory_is_published() {
    check(
        "inventory.schema.json",
        &bundle_scan_core::render::inventory::json_schema(),
    );
}

#[test]
fn the_schema_of_a_comparison_is_published() {
    check(
        "diff.schema.json",
        &bundle_scan_core::render::diff_json::json_schema(),
    );
}

#[test]
fn the_schema_of_the_timeline_is_published() {
    check(
        "timeline.schema.json",
        &bundle_scan_core::render::timeline_json::json_schema(),
    );
}

#[test]
fn the_schema_of_a_trace_is_published() {
    check(
        "trace.schema.json",
        &bundle_scan_core::render::trace_json::json_schema(),
    );
}

#[test]
fn the_kinds_of_facts_are_published() {
    check_text("facts.md", &bundle_scan_core::fact::kind::reference());
}

#[test]
fn the_signatures_are_published() {
    let set = SignatureSet::builtin().unwrap();
    let mut text = format!(
        "# What is known\n\n{} signatures, of which {} explain what sounds alarming and is harmless. Written by `UPDATE_SCHEMAS=1 cargo test`.\n\n\
         `bundle-scan signatures show ID` prints one with its cause and remedy. Sources are the components that say it and, after `=`, the\n\
         [facts](facts.md) that tell it.\n",
        set.len(),
        set.iter()
            .filter(|signature| signature.spec().benign)
            .count(),
    );
    let family = |signature: &Signature| signature.file.split('/').next().unwrap().to_owned();
    let families: BTreeSet<String> = set.iter().map(|signature| family(signature)).collect();
    for name in families {
        write!(
            text,
            "\n## {name}\n\n| signature | what it says | severity | sources |\n|---|---|---|---|\n"
        )
        .unwrap();
        for signature in set.iter().filter(|signature| family(signature) == name) {
            let spec = signature.spec();
            let severity = match spec.benign {
                true => "harmless",
                false => spec.severity.as_str(),
            };
            let (id, title) = (&signature.id, spec.title.en.replace('|', "\\|"));
            let sources = sources(signature);
            writeln!(text, "| {id} | {title} | {severity} | {sources} |").unwrap();
        }
    }
    check_text("coverage.md", &text);
}

/// Components, or `any`, and then the kinds of facts.
fn sources(signature: &Signature) -> String {
    let mut said = BTreeSet::new();
    let mut told = BTreeSet::new();
    for leaf in &signature.leaves {
        match leaf {
            Leaf::Line(line) if line.scope == ComponentSet::all_but_echoes() => {
                said.insert("any");
            }
            Leaf::Line(line) => said.extend(line.scope.iter().map(|component| component.as_str())),
            Leaf::Fact(fact) => {
                told.insert(format!("={}", fact.kind.name));
            }
        }
    }
    let said = said.into_iter().map(str::to_owned);
    said.chain(told).collect::<Vec<_>>().join(" ")
}
