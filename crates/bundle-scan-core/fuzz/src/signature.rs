//! Signature files.

use std::io::Cursor;

use bundle_scan_core::explain::draft::draft;
use bundle_scan_core::explain::explain;
use bundle_scan_core::render::RenderOptions;
use bundle_scan_core::render::explain::{write_json, write_text};
use bundle_scan_core::scan::{Checked, check_files};
use bundle_scan_core::signature::load::SourceFile;
use bundle_scan_core::signature::{Complaint, SignatureError};
use bundle_scan_core::{Lang, Scanner, SignatureSet};

use crate::bundle::{check_json, check_text};

/// Reads any text as a signature file: it gives complaints or a set. What gives a set can be scanned for and explained. Its lines are drafted from.
pub fn signatures(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let name = "any.yaml".to_owned();
    let file = SourceFile { name, text };
    let empty = SignatureSet::empty();
    let Checked { complaints, advice } = check_files(&empty, vec![file.clone()]);
    for complaint in complaints.iter().chain(&advice) {
        check(complaint, &file.text);
    }
    match empty.clone().with_files(vec![file.clone()]) {
        Err(SignatureError::Invalid { complaints: found }) => {
            assert!(!found.is_empty());
            assert!(!complaints.is_empty(), "{found:?}");
            found.iter().for_each(|it| check(it, &file.text));
        }
        Err(error) => panic!("{error}"),
        Ok(set) => use_set(set, &file.text),
    }
    if let Some(draft) = draft(&empty, &file.text) {
        let name = format!("{}.yaml", draft.id);
        let text = draft.yaml;
        let drafted = empty.with_files(vec![SourceFile { name, text }]);
        drafted.unwrap_or_else(|error| panic!("the linter takes a draft: {error}"));
    }
}

fn use_set(set: SignatureSet, text: &str) {
    assert_eq!(set.len(), 1);
    let first = text.lines().next().unwrap_or_default();
    let explanation = explain(&set, first);
    for lang in [Lang::En, Lang::Zh] {
        let options = RenderOptions {
            lang,
            ..RenderOptions::default()
        };
        let mut out = Vec::new();
        write_text(&explanation, &set, &options, &mut out).expect("into memory");
        check_text(&out);
        let mut out = Vec::new();
        write_json(&explanation, &set, &options, &mut out).expect("into memory");
        check_json(&out);
    }
    let scanner = Scanner::builder().threads(1).build(set);
    // Its own text is as good as any. A text of blanks is nothing to scan.
    let _ = scanner.scan_reader("any", Cursor::new(text.to_owned()));
}

/// A complaint says something, and about a place in the file or right behind it.
fn check(complaint: &Complaint, text: &str) {
    assert!(!complaint.message.is_empty() && !complaint.code.is_empty());
    let lines = text.matches(['\n', '\r']).count();
    assert!((1..=lines + 1).contains(&complaint.line), "{complaint}");
    assert!(!complaint.to_string().is_empty());
}
