//! Holds the code against the map in `docs/architecture.md`: the arrows between rooms, and the sizes of files.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Lines of the largest source file, tests aside.
const MAX_LINES: usize = 600;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The code of a file without its tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = before_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Room to the rooms it may use, as the table in the documentation says.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(format!("{ROOT}/docs/architecture.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').collect();
        let room = cells.first()?.trim().trim_end_matches('`').to_owned();
        let uses = cells
            .get(2)?
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        Some((room, uses))
    });
    rows.collect()
}

/// The rooms that a file names: in `use crate::{a, b}`, `use crate::a::x` and `crate::a::x`.
fn used(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        match rest.strip_prefix('{') {
            Some(group) => {
                let inside = group.split('}').next().unwrap_or("");
                rooms.extend(
                    inside
                        .split(',')
                        .map(|part| part.trim().split("::").next().unwrap_or("").to_owned()),
                );
            }
            None => {
                rooms.insert(rest.chars().take_while(|c| is_name(*c)).collect());
            }
        }
    }
    rooms
}

#[test]
fn rooms_use_only_what_the_map_allows() {
    let allowed = allowed();
    let src = Path::new(ROOT).join("crates/bundle-scan-core/src");
    let rooms: BTreeSet<String> = allowed.keys().cloned().collect();
    let folders: BTreeSet<String> = fs::read_dir(&src)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(rooms, folders, "the map lists other rooms than there are");
    let mut wrong = Vec::new();
    for room in rooms.iter().filter(|room| *room != "scan") {
        for file in sources(&src.join(room)) {
            for other in used(&code(&file)).intersection(&rooms) {
                if other != room && !allowed[room].contains(other) {
                    wrong.push(format!("{}: {room} must not use {other}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_conductor_uses_threads_and_only_one_place_is_unsafe() {
    let src = Path::new(ROOT).join("crates/bundle-scan-core/src");
    let with = |word: &str| -> BTreeSet<String> {
        let files = sources(&src)
            .into_iter()
            .filter(|file| code(file).contains(word));
        files
            .map(|file| file.strip_prefix(&src).unwrap().display().to_string())
            .collect()
    };
    assert!(with("rayon::").iter().all(|file| file.starts_with("scan/")));
    // Before there is a conductor, the signatures are made ready.
    assert_eq!(with("thread::"), BTreeSet::from(["base/two.rs".to_owned()]));
    assert_eq!(
        with("unsafe {"),
        BTreeSet::from(["container/file.rs".to_owned()])
    );
}

#[test]
fn files_stay_small() {
    for krate in [
        "bundle-scan-core",
        "bundle-scan",
        "bundle-scan-inflate",
        "bundle-scan-testkit",
    ] {
        for file in sources(&Path::new(ROOT).join("crates").join(krate).join("src")) {
            let lines = code(&file).lines().count();
            assert!(lines <= MAX_LINES, "{} has {lines} lines", file.display());
        }
    }
}

#[test]
fn no_network_crate_is_in_the_tree() {
    let lock = fs::read_to_string(format!("{ROOT}/Cargo.lock")).unwrap();
    for name in [
        "reqwest",
        "hyper",
        "ureq",
        "curl",
        "native-tls",
        "rustls",
        "tokio",
        "socket2",
        "openssl",
    ] {
        assert!(
            !lock.contains(&format!("name = \"{name}\"")),
            "{name} is in Cargo.lock"
        );
    }
}

#[test]
fn the_fixtures_of_fuzzing_belong_to_targets() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for entry in fs::read_dir(fuzz.join("fixtures")).unwrap() {
        let target = entry.unwrap().file_name();
        let program = fuzz.join("fuzz_targets").join(&target);
        let exists = program.with_extension("rs").is_file();
        assert!(exists, "there is no target {}", target.display());
    }
}
