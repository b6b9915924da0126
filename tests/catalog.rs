//! Every failure of the catalog that the product was born from has a signature. The catalog is not part of the repository: without
//! it the test says so and ends.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fs;

use bundle_scan_core::SignatureSet;
use serde::Deserialize;

const CATALOG: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/knowledge/catalog.yaml"
);

#[derive(Deserialize)]
struct Catalog {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
}

#[test]
fn every_entry_of_the_catalog_is_covered() {
    let Ok(text) = fs::read_to_string(CATALOG) else {
        eprintln!("skipped: there is no catalog beside the repository");
        return;
    };
    let catalog: Catalog = serde_saphyr::from_str(&text).unwrap();
    let set = SignatureSet::builtin().unwrap();
    let known: BTreeSet<&str> = set
        .iter()
        .flat_map(|signature| signature.spec().covers.iter().chain([&signature.id]))
        .map(String::as_str)
        .collect();
    let keys = catalog.entries.iter().map(|entry| entry.key.as_str());
    let uncovered: Vec<&str> = keys.filter(|key| !known.contains(key)).collect();
    assert!(catalog.entries.len() > 300, "the catalog was read");
    assert_eq!(uncovered, Vec::<&str>::new());
}
