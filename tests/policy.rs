//! What the product must never do, whatever is asked of it: no network, no other programs, no limit that nobody knows of.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Crates that speak to a network, or do nothing but help others to.
const NETWORK_CRATES: [&str; 24] = [
    "async-std",
    "curl",
    "curl-sys",
    "h2",
    "h3",
    "hickory-proto",
    "hyper",
    "isahc",
    "mio",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "surf",
    "tokio",
    "tungstenite",
    "ureq",
    "webpki",
    "attohttpc",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The code below a folder, tests and comments aside.
fn code(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let parent = fs::read_to_string(folder.join("mod.rs")).unwrap_or_default();
    let is_test = |path: &Path| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        parent.contains(&format!("#[cfg(test)]\nmod {name};"))
    };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if is_test(&path) {
            continue;
        }
        if path.is_dir() {
            files.extend(code(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let before_tests = text.split("#[cfg(test)]").next().unwrap();
            let lines = before_tests
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let code: Vec<&str> = lines.collect();
            files.push((path.display().to_string(), code.join("\n")));
        }
    }
    files
}

fn product() -> Vec<(String, String)> {
    ["bundle-scan", "bundle-scan-core", "bundle-scan-inflate"]
        .iter()
        .flat_map(|name| code(&Path::new(ROOT).join("crates").join(name).join("src")))
        .collect()
}

#[test]
fn no_crate_speaks_to_a_network() {
    let lock = read("Cargo.lock");
    let names = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let found: Vec<&str> = names.filter(|name| NETWORK_CRATES.contains(name)).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn no_code_opens_a_socket() {
    let forbidden = [
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "UnixStream",
        "ToSocketAddrs",
    ];
    for (path, code) in product() {
        for word in forbidden {
            assert!(!code.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn only_the_pager_is_started() {
    for (path, code) in product() {
        let is_pager = path.ends_with("bundle-scan/src/pager.rs");
        let starts = ["process::Command", "process::{Command", "Stdio"];
        for word in starts {
            assert!(is_pager || !code.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn only_the_command_line_writes_files() {
    let writes = [
        "File::create",
        "fs::write",
        "OpenOptions",
        "create_dir",
        "set_permissions",
        "fs::remove",
    ];
    for (path, code) in product() {
        let is_command_line = path.contains("/bundle-scan/src/");
        for word in writes {
            assert!(is_command_line || !code.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn every_limit_is_documented() {
    let document = read("docs/security.md");
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| `max_"))
        .collect();
    let source = read("crates/bundle-scan-core/src/base/limits.rs");
    let fields = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub max_")?.split_once(':'));
    let mut count = 0;
    for (field, _) in fields {
        let row = format!("| `max_{field}` |");
        assert!(rows.iter().any(|line| line.starts_with(&row)), "{row}");
        count += 1;
    }
    assert_eq!(rows.len(), count, "a row for each limit");
    let flags = read("crates/bundle-scan/src/limits.rs");
    let flags = flags
        .lines()
        .filter_map(|line| line.trim().strip_prefix("max_")?.split_once(": "))
        .filter(|(_, what)| what.ends_with(',') && !what.contains('.'));
    let mut seen = 0;
    for (flag, _) in flags {
        let flag = format!("`--max-{}`", flag.replace('_', "-"));
        assert!(rows.iter().any(|line| line.contains(&flag)), "{flag}");
        seen += 1;
    }
    assert!(seen >= 9, "{seen}");
}
