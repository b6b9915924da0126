//! The HTML report in a browser: it renders, filters and unfolds, says nothing on the console, and asks the network for nothing.
//!
//! Skipped, with a word, where no Chromium is installed.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bundle_scan_core::render::{HTML, RenderOptions};
use bundle_scan_core::{Render, Scanner, SignatureSet};
use bundle_scan_testkit::Fixture;
use serde_json::{Value, json};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A browser without a window, spoken to through pipes in the DevTools protocol.
struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    sent: u64,
    session: String,
    /// What it told without being asked.
    events: VecDeque<Value>,
}

impl Browser {
    /// Starts one, if there is one; `home` is for what it writes.
    fn start(home: &Path) -> Option<Self> {
        let is_there = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
        let Some(name) = NAMES.iter().find(is_there) else {
            eprintln!("skipped: no Chromium is installed");
            return None;
        };
        let (to, from) = (home.join("to"), home.join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status().unwrap();
        assert!(made.success());
        // It hears on descriptor 3 and answers on 4. A browser that hangs is ended.
        let child = Command::new("timeout")
            .args(["120", "sh", "-c", r#"exec 3<"$0" 4>"$1"; shift; exec "$@""#])
            .args([&to, &from])
            .args([
                name,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--remote-debugging-pipe",
                "--window-size=1280,1600",
            ])
            .arg(format!(
                "--user-data-dir={}",
                home.join("profile").display()
            ))
            .arg("about:blank")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut browser = Browser {
            child,
            to: File::options().write(true).open(to).unwrap(),
            from: BufReader::new(File::open(from).unwrap()),
            sent: 0,
            session: String::new(),
            events: VecDeque::new(),
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        loop {
            let mut answer = self.next();
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
            self.events.push_back(answer);
        }
    }

    fn next(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert_eq!(message.pop(), Some(0), "the browser has ended");
        serde_json::from_slice(&message).unwrap()
    }

    /// Shows a page, and returns when it is there.
    fn open(&mut self, page: &Path) {
        let url = format!("file://{}", page.display());
        self.call("Page.navigate", json!({"url": url}));
        while !self
            .events
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let event = self.next();
            self.events.push_back(event);
        }
    }

    /// The value of an expression.
    fn ask(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", params);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].take()
    }

    fn press(&mut self, key: &str) {
        let dispatch = format!(
            "document.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}}))"
        );
        self.ask(&dispatch);
    }

    /// What the page said or asked for that it must not.
    fn complaints(&mut self) -> Vec<String> {
        let is_complaint = |event: &Value| match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => true,
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default();
                !url.starts_with("file://") || !url.contains("report.html")
            }
            _ => false,
        };
        let events = self.events.iter().filter(|event| is_complaint(event));
        events.map(ToString::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What would be obeyed if it were not escaped.
const HOSTILE: &str = "</pre><script>document.title = 'owned'</script><img src=https://example.com/x onerror=\"document.title='owned'\">";

/// A page in `folder` of a bundle with several causes, and a line that is up to no good.
fn page(folder: &Path) -> std::path::PathBuf {
    let mut files = Fixture::from_dir(format!("{CORPUS}/thinpool-full/bundle"))
        .files()
        .to_vec();
    for (path, bytes) in
        Fixture::from_dir(format!("{CORPUS}/conntrack-and-neighbour/bundle")).files()
    {
        files.push((format!("other/{path}"), bytes.clone()));
    }
    let line = format!(
        "Mar 24 19:52:14 n9 kernel: EXT4-fs error (device sda1): ext4_find_entry:1455: inode #2: comm {HOSTILE}: reading directory lblock 0\n"
    );
    files.push(("third<b>/var/log/messages".to_owned(), line.into_bytes()));
    let scanner = Scanner::builder()
        .threads(1)
        .build(SignatureSet::builtin().unwrap());
    let tar = std::io::Cursor::new(Fixture::new(files).tar());
    let report = scanner.scan_reader("bundle<i>.tar", tar).unwrap();
    let path = folder.join("report.html");
    let mut out = File::create(&path).unwrap();
    HTML.write_with(&report, &RenderOptions::default(), &mut out)
        .unwrap();
    path
}

#[test]
fn the_report_works_in_a_browser() {
    let home = tempfile::tempdir().unwrap();
    let page = page(home.path());
    let Some(mut browser) = Browser::start(home.path()) else {
        return;
    };
    let before = Instant::now();
    browser.open(&page);
    assert_eq!(
        browser.ask("document.documentElement.classList.contains('js')"),
        true
    );
    eprintln!(
        "{} bytes, there after {:?}",
        fs::metadata(&page).unwrap().len(),
        before.elapsed()
    );

    // It shows what it was given, and obeys none of it.
    assert_eq!(
        browser.ask("document.querySelector('h1').textContent"),
        "bundle<i>.tar"
    );
    assert_eq!(
        browser.ask("document.querySelectorAll('img, h1 i, main script').length"),
        0
    );
    assert_eq!(browser.ask("document.title"), "bundle<i>.tar – bundle-scan");
    assert_eq!(
        browser.ask("document.body.textContent.includes('onerror=')"),
        true
    );

    // Filters.
    let shown =
        "[...document.querySelectorAll('.finding')].filter(one => one.checkVisibility()).length";
    let total = browser
        .ask("document.querySelectorAll('.finding').length")
        .as_u64()
        .unwrap();
    assert!(total > 5, "{total}");
    let set = |name: &str, value: &str| {
        format!(
            "(() => {{ const f = document.querySelector('#filters'); f.elements['{name}'].value = '{value}'; f.dispatchEvent(new Event('input', {{bubbles: true}})); return +document.querySelector('.shown').textContent; }})()"
        )
    };
    assert_eq!(browser.ask(&set("text", "no such words")), 0);
    assert_eq!(browser.ask(shown), 0);
    let few = browser.ask(&set("text", "conntrack")).as_u64().unwrap();
    assert!((1..total).contains(&few), "{few}");
    assert_eq!(
        browser.ask("document.querySelectorAll('.chart [data-finding]:not([hidden])').length"),
        few
    );
    assert_eq!(browser.ask(&set("text", "")), total);
    let kernel = browser.ask(&set("component", "kernel")).as_u64().unwrap();
    assert!((1..total).contains(&kernel), "{kernel}");
    browser.ask(&set("component", ""));
    let device = browser.ask("[...document.querySelector('[name=entity]').options].find(one => one.value.startsWith('device=')).value");
    let named = browser
        .ask(&set("entity", device.as_str().unwrap()))
        .as_u64()
        .unwrap();
    assert!((1..total).contains(&named), "{named}");
    browser.ask(&set("entity", ""));
    let unticked = browser.ask("document.querySelector('[value=critical]').click(), +document.querySelector('.shown').textContent");
    assert!(unticked.as_u64().unwrap() < total);
    browser.ask("document.querySelector('[value=critical]').click()");

    // Folding, by hand and by key.
    browser.press("e");
    assert_eq!(
        browser.ask("document.querySelectorAll('.finding > details:not([open])').length"),
        0
    );
    browser.press("e");
    assert_eq!(
        browser.ask("document.querySelectorAll('.finding > details[open]').length"),
        0
    );
    browser.press("j");
    assert_eq!(browser.ask("document.activeElement === document.querySelector('.finding') && document.activeElement.querySelector('details').open"), true);
    browser.ask("location.hash = document.querySelector('.chain .finding').id");
    browser.ask("new Promise(done => setTimeout(done, 100))");
    assert_eq!(
        browser.ask("document.querySelector('.chain .finding > details').open"),
        true
    );

    // Languages, colours, help.
    let visible_verdict = "document.querySelector('.verdict p').innerText.toLowerCase()";
    assert!(
        browser
            .ask(visible_verdict)
            .as_str()
            .unwrap()
            .starts_with("probable root cause")
    );
    browser.press("l");
    assert!(
        browser
            .ask(visible_verdict)
            .as_str()
            .unwrap()
            .starts_with("最可能的根因")
    );
    let page_color = "getComputedStyle(document.body).backgroundColor";
    let light = browser.ask(page_color);
    browser.press("t");
    assert_ne!(browser.ask(page_color), light);
    browser.press("?");
    assert_eq!(browser.ask("document.querySelector('#help').open"), true);

    assert_eq!(browser.complaints(), [""; 0]);
}
