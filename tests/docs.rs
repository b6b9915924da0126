//! What README and docs tell a reader to type does what they say.
//!
//! All `sh` blocks of a page are run by bash in a folder with a bundle, one after the other, and so are the steps of CI jobs in `yaml` blocks. Those that
//! build with cargo are the business of whoever builds. Needs bash, and for some pages jq; skipped, with a word, where they are missing.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bundle_scan_testkit::Fixture;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// A bundle with a cause and symptoms.
const BUNDLE: &str = "corpus/thinpool-full/bundle";

/// A folder in which pages are tried.
struct Desk {
    folder: tempfile::TempDir,
}

/// A block of a page: its language, and its text.
type Block = (String, String);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk { folder };
        let bundle = Fixture::from_dir(Path::new(ROOT).join(BUNDLE));
        fs::write(desk.path("foo.tgz"), bundle.tar_gz()).unwrap();
        fs::create_dir(desk.path("bin")).unwrap();
        symlink(
            env!("CARGO_BIN_EXE_bundle-scan"),
            desk.path("bin/bundle-scan"),
        )
        .unwrap();
        // Nobody is called: what would be sent is written down, and what would be fetched is the bundle.
        desk.program(
            "curl",
            "[ \"$*\" = \"${*#*@-}\" ] || cat >> sent; echo \"$*\" >> called",
        );
        desk.program("ssh", "cat foo.tgz");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn bash(&self, script: &str) -> Output {
        let old = std::env::var("PATH").unwrap();
        let path = format!("{}:{old}", self.path("bin").display());
        let mut bash = Command::new("bash");
        bash.args(["-c", script]).current_dir(self.folder.path());
        bash.env("PATH", path).env("BUNDLE_SCAN_CONFIG", "");
        bash.env("LANG", "C.UTF-8").env_remove("LC_ALL");
        bash.env("GITHUB_STEP_SUMMARY", "step-summary");
        bash.stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a script in which no command may fail, but `bundle-scan` may say that it found something, or that a signature is not complete yet.
    fn runs(&self, page: &str, script: &str) {
        let told = "trap 'code=$?; case \"$code $BASH_COMMAND\" in \"1 bundle-scan\"* | \"2 bundle-scan signatures check\"*) ;; *) echo \"$BASH_COMMAND: $code\" >> failed ;; esac' ERR";
        let output = self.bash(&format!("set -o pipefail\n{told}\n{script}"));
        let failed = fs::read_to_string(self.path("failed")).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(failed, "", "{page}: {stderr}");
    }

    /// Runs a step of a CI job, which ends with the first command that fails; what was found may make it red.
    fn step(&self, page: &str, step: &str) {
        let output = self.bash(&format!("set -e -o pipefail\n{step}"));
        let stderr = String::from_utf8_lossy(&output.stderr);
        let is_red = output.status.code() == Some(1);
        assert!(is_red && stderr.is_empty(), "{page}: {step}: {stderr}");
    }

    /// Types what stands behind `$` and holds what follows against what is printed; `...` stands for any lines.
    fn shows(&self, page: &str, console: &str) {
        for typed in console.split("$ ").skip(1) {
            let (command, expected) = typed.split_once('\n').unwrap();
            let output = self.bash(command);
            let printed = String::from_utf8(output.stdout).unwrap();
            let mut rest = printed.as_str();
            let mut may_skip = false;
            for line in expected.lines() {
                if line == "..." {
                    may_skip = true;
                    continue;
                }
                let at = format!("\n{rest}").find(&format!("\n{line}\n"));
                let at = at.filter(|at| *at == 0 || may_skip);
                let at =
                    at.unwrap_or_else(|| panic!("{page}: {command} prints no {line:?}: {printed}"));
                rest = &rest[at + line.len() + 1..];
                may_skip = false;
            }
            assert!(
                rest.is_empty() || may_skip,
                "{page}: {command} prints more: {rest}"
            );
        }
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for event in Parser::new(&text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                open = Some((language.to_string(), String::new()));
            }
            Event::Text(text) => {
                if let Some((_, block)) = &mut open {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// The scripts of the steps of a CI job.
fn steps(job: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match job {
        Value::Object(keys) => keys
            .iter()
            .flat_map(|(key, value)| match key.as_str() {
                "run" => text(value).into_iter().collect(),
                "script" => value.as_array().unwrap().iter().filter_map(text).collect(),
                _ => steps(value),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(steps).collect(),
        _ => Vec::new(),
    }
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// Runs all that a page tells.
fn try_page(page: &str) -> Desk {
    let desk = Desk::new();
    let mut tried = 0;
    for (language, block) in blocks(page) {
        match language.as_str() {
            "sh" if block.starts_with("cargo ") => continue,
            "sh" => desk.runs(page, &block),
            "console" => desk.shows(page, &block),
            "yaml" => {
                let job: Value = serde_saphyr::from_str(&block).unwrap();
                for step in steps(&job) {
                    desk.step(page, &step);
                }
            }
            _ => continue,
        }
        tried += 1;
    }
    assert!(tried > 0, "{page} tells nothing to type");
    desk
}

fn skip(missing: &str) {
    eprintln!("skipped: {missing} is not installed");
}

#[test]
fn the_readme_is_true() {
    match is_there("bash") {
        true => drop(try_page("README.md")),
        false => skip("bash"),
    }
}

#[test]
fn the_guide_is_true() {
    if !is_there("bash") {
        return skip("bash");
    }
    let desk = try_page("docs/guide.md");
    let letter = fs::read_to_string(desk.path("letter.txt")).unwrap();
    assert!(letter.contains("thinpool"), "{letter}");
    assert!(desk.path("man1/bundle-scan-diff.1").is_file());
}

#[test]
fn signatures_are_written_as_it_is_told() {
    match is_there("bash") {
        true => drop(try_page("docs/signatures.md")),
        false => skip("bash"),
    }
}

#[test]
fn what_is_told_to_scripts_is_true() {
    if !is_there("bash") || !is_there("jq") {
        return skip("bash or jq");
    }
    let desk = try_page("docs/automation.md");
    let called = fs::read_to_string(desk.path("called")).unwrap();
    assert_eq!(called.lines().count(), 3, "{called}");
    assert!(called.contains("https://tickets.example.com/api/4711/comments"));
    let sent = fs::read_to_string(desk.path("sent")).unwrap();
    assert!(sent.contains("Probable root cause"), "{sent}");
    assert!(sent.contains("\"labels\""), "{sent}");
    let summary = fs::read_to_string(desk.path("step-summary")).unwrap();
    assert!(
        summary.contains("thin pool") || summary.contains("Thin pool"),
        "{summary}"
    );
}

/// All pages, by their path from the root.
fn pages() -> Vec<String> {
    let folder = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    let names = folder.map(|page| page.unwrap().file_name().into_string().unwrap());
    let docs = names
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"));
    let others = ["README.md", "corpus/README.md", "benches/README.md"];
    docs.chain(others.map(str::to_owned)).collect()
}

#[test]
fn what_pages_point_to_is_there() {
    let root = Path::new(ROOT);
    for page in pages() {
        let text = fs::read_to_string(root.join(&page)).unwrap();
        let folder = Path::new(&page).parent().unwrap();
        for event in Parser::new(&text) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            let path = dest_url.split('#').next().unwrap();
            let is_there = path.contains("://") || root.join(folder).join(path).exists();
            assert!(is_there, "{page} points to {dest_url}");
        }
        // Commands that build are not run here; the tests and scripts that they name are there.
        for (at, _) in text.match_indices("--test ") {
            let name = text[at + 7..]
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap();
            let is_there = [format!("tests/{name}.rs"), format!("tests/{name}/main.rs")]
                .iter()
                .any(|path| root.join(path).exists());
            assert!(
                is_there || name.chars().all(char::is_uppercase),
                "{page} tells of a test {name}"
            );
        }
        for (at, _) in text.match_indices("bash .ci/") {
            let rest = &text[at + "bash ".len()..];
            let is_name = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
            let name = rest
                .split(|c| !is_name(c))
                .next()
                .unwrap()
                .trim_end_matches('.');
            assert!(root.join(name).exists(), "{page} tells of {name}");
        }
    }
}

/// The report that README shows, as a terminal would.
#[test]
fn the_picture_in_the_readme_is_what_is_printed() {
    let mut scan = Command::new(env!("CARGO_BIN_EXE_bundle-scan"));
    scan.current_dir(ROOT)
        .env("BUNDLE_SCAN_CONFIG", "")
        .env("LANG", "C.UTF-8")
        .env_remove("LC_ALL");
    let output = scan
        .args(["--color", "always", "--no-timings", BUNDLE])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    // The palette of a terminal of today, and dim words that can be read.
    let term = anstyle_svg::Term::new().palette(anstyle_svg::WIN10_CONSOLE);
    let picture = term
        .render_svg(&format!("$ bundle-scan {BUNDLE}\n{printed}"))
        .replace("opacity: 0.4", "opacity: 0.7");
    let path = Path::new(ROOT).join("docs/report.svg");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&path, &picture).unwrap();
    }
    let pinned = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        pinned == picture,
        "docs/report.svg is out of date: UPDATE_SCHEMAS=1 cargo test --test docs"
    );
}
