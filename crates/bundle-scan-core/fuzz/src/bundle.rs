//! A whole upload, from its bytes to every rendering.

use std::io::Cursor;
use std::sync::LazyLock;

use bundle_scan_core::diff::{Stream, Summary, compare, read_stream};
use bundle_scan_core::render::escape::visible;
use bundle_scan_core::render::{
    Audience, HTML, INVENTORY_JSON, INVENTORY_TEXT, JSON, JSONL, JUNIT, MARKDOWN, PROFILE_TEXT, RenderOptions, SARIF,
    TEXT, TIMELINE_JSON, TIMELINE_TEXT, TRACE_JSON, TRACE_TEXT, diff, diff_json,
};
use bundle_scan_core::report::Status;
use bundle_scan_core::{
    ErrorKind, Lang, Limits, Render, Report, Scanner, ScannerBuilder, SignatureSet,
};

/// The signature that is traced. It asks for lines and for facts.
const TRACED: &str = "sched-pvc-unbound";
/// One of so many signatures is scanned for: all would take most of the time, and differ in what they know, not in what is done.
const SHARE: u32 = 16;
/// A block of which any bundle has several.
const SMALL_BLOCK: usize = 700;

static SET: LazyLock<SignatureSet> = LazyLock::new(|| {
    let all = SignatureSet::builtin().expect("what is embedded is in order");
    let number = |id: &str| id.bytes().map(u32::from).sum::<u32>();
    all.filtered(|signature| signature.id == TRACED || number(&signature.id) % SHARE == 0)
});

static TRACING: LazyLock<Scanner> =
    LazyLock::new(|| builder().trace(TRACED).profile(true).build(SET.clone()));

static IN_SMALL_BLOCKS: LazyLock<Scanner> =
    LazyLock::new(|| builder().block_bytes(SMALL_BLOCK).build(SET.clone()));

/// On one thread, and with small limits so that a bomb costs little time.
fn builder() -> ScannerBuilder {
    let mut builder = Scanner::builder();
    builder.threads(1).limits(Limits {
        max_depth: 4,
        max_members: 100,
        max_decoded_bytes: 2 << 20,
        max_member_bytes: 1 << 20,
        max_buffered_bytes: 256 << 10,
        max_line_bytes: 4 << 10,
        max_shown_bytes: 256,
        max_entity_values: 10,
        ..Limits::default()
    });
    builder
}

/// Scans any bytes as an upload for some of what is built in, and writes the report in every way.
pub fn bundle(data: &[u8]) {
    let upload = || Cursor::new(data.to_vec());
    let report = match TRACING.scan_reader("upload", upload()) {
        Ok(report) => report,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Input, "{error}");
            return;
        }
    };
    assert_eq!(
        report.status == Status::Partial,
        !report.problems.is_empty()
    );
    for lang in [Lang::En, Lang::Zh] {
        let options = RenderOptions {
            lang,
            top: None,
            unrecognised: None,
            why: true,
            width: 80,
            timings: false,
            ..RenderOptions::default()
        };
        let customer = RenderOptions {
            audience: Audience::Customer,
            ..options.clone()
        };
        for text in [&TEXT as &dyn Render, &MARKDOWN] {
            check_text(&written(text, &report, &customer));
        }
        let texts: [&dyn Render; 8] = [
            &TEXT,
            &MARKDOWN,
            &JUNIT,
            &HTML,
            &INVENTORY_TEXT,
            &TIMELINE_TEXT,
            &TRACE_TEXT,
            &PROFILE_TEXT,
        ];
        for text in texts {
            check_text(&written(text, &report, &options));
        }
        let documents: [&dyn Render; 5] = [
            &JSON,
            &SARIF,
            &INVENTORY_JSON,
            &TIMELINE_JSON,
            &TRACE_JSON,
        ];
        for json in documents {
            check_json(&written(json, &report, &options));
        }
        let lines = written(&JSONL, &report, &options);
        lines
            .split_inclusive(|byte| *byte == b'\n')
            .for_each(check_json);
        check_diff(&report, &options);
    }
    let options = RenderOptions {
        timings: false,
        ..RenderOptions::default()
    };
    let other = IN_SMALL_BLOCKS.scan_reader("upload", upload());
    let other = other.expect("what can be scanned can be scanned again");
    let [one, other] = [&report, &other].map(|it| written(&JSON, it, &options));
    let mut lines = one.split(|byte| *byte == b'\n');
    for other in other.split(|byte| *byte == b'\n') {
        let [one, other] = [lines.next().unwrap_or_default(), other].map(String::from_utf8_lossy);
        assert_eq!(one, other, "the same report in blocks of any size");
    }
}

fn written(render: &dyn Render, report: &Report, options: &RenderOptions) -> Vec<u8> {
    let mut out = Vec::new();
    let done = render.write_with(report, options, &mut out);
    done.expect("memory takes all");
    out
}

/// A report that was saved can be read, and nothing in it differs from itself.
fn check_diff(report: &Report, options: &RenderOptions) {
    let read = |saved: Vec<u8>| -> Box<Summary> {
        match read_stream("saved", Cursor::new(saved)) {
            Ok(Stream::Report(summary)) => summary,
            Ok(Stream::Bundle(_)) => panic!("a saved report is taken for a bundle"),
            Err(error) => panic!("a saved report cannot be read: {error}"),
        }
    };
    let summary = read(written(&JSON, report, options));
    let same = compare(&summary, &summary, &SET);
    assert!(same.entries.iter().all(|entry| entry.changes.is_empty()));
    let mut text = Vec::new();
    diff::write_text(&same, &SET, options, &mut text).expect("memory takes all");
    check_text(&text);
    let mut json = Vec::new();
    diff_json::write_json(&same, &SET, options, &mut json).expect("memory takes all");
    check_json(&json);
}

/// A text for a terminal holds nothing that one obeys but the ends of lines.
pub(crate) fn check_text(text: &[u8]) {
    let text = std::str::from_utf8(text).expect("a text is UTF-8");
    for line in text.split('\n') {
        assert_eq!(line, visible(line), "nothing that a terminal obeys");
    }
}

/// A document is JSON.
pub(crate) fn check_json(json: &[u8]) {
    let read: Result<serde_json::Value, _> = serde_json::from_slice(json);
    read.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(json)));
}
