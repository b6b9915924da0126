//! The published JSON Schemas and the list of facts are those of the code. `UPDATE_SCHEMAS=1 cargo test` writes them anew.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;

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
fn the_kinds_of_facts_are_published() {
    check_text("facts.md", &bundle_scan_core::fact::kind::reference());
}
