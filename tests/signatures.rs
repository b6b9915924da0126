//! Every built-in signature keeps every rule, and its samples fire as they say.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;

use bundle_scan_core::SignatureSet;
use bundle_scan_core::scan::{check, check_files};
use bundle_scan_core::signature::load;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../signatures");

#[test]
fn built_in_signatures_have_no_complaint() {
    let files = load::read_folder(FOLDER.as_ref()).unwrap();
    let complaints = check_files(&SignatureSet::empty(), files).complaints;
    let texts: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    assert!(texts.is_empty(), "{}", texts.join("\n\n"));
}

#[test]
fn what_is_embedded_is_what_lies_in_the_folder() {
    let embedded = SignatureSet::builtin().unwrap();
    let files = load::read_folder(FOLDER.as_ref()).unwrap();
    let from_folder = SignatureSet::empty().with_files(files).unwrap();
    assert_eq!(embedded.digest(), from_folder.digest());
    assert!(embedded.len() >= 80, "only {} signatures", embedded.len());
    assert!(check(&embedded, |_| true).is_empty());
}

#[test]
fn files_lie_in_a_family_and_names_are_unique() {
    let set = SignatureSet::builtin().unwrap();
    let mut names = BTreeSet::new();
    for signature in set.iter() {
        assert_eq!(
            signature.file.matches('/').count(),
            1,
            "{} must be <family>/<id>.yaml",
            signature.file
        );
        for name in signature.spec().aliases.iter().chain([&signature.id]) {
            assert!(names.insert(name.clone()), "{name} names two signatures");
        }
    }
}

#[test]
fn no_anchor_is_too_short_for_the_fast_search() {
    let set = SignatureSet::builtin().unwrap();
    for signature in set.iter() {
        let anchors = signature.line_leaves().flat_map(|leaf| leaf.anchors());
        for anchor in anchors {
            let text = String::from_utf8_lossy(anchor);
            assert!(
                anchor.len() >= 8,
                "{}: {text:?} makes every scan take a second pass",
                signature.id
            );
        }
    }
}

#[test]
fn a_folder_of_ones_own_replaces_a_built_in_signature() {
    let set = SignatureSet::builtin().unwrap();
    let yaml = set
        .find("arp-table-overflow")
        .unwrap()
        .yaml
        .replace("title:\n  en: ", "title:\n  en: My ");
    let file = load::SourceFile {
        name: "mine/arp-table-overflow.yaml".into(),
        text: yaml,
    };
    let count = set.len();
    let set = set.with_files(vec![file]).unwrap();
    assert_eq!(set.len(), count);
    assert!(
        set.find("arp-table-overflow")
            .unwrap()
            .spec()
            .title
            .en
            .contains("My ")
    );
}
