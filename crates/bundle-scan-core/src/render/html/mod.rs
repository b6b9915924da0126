//! The report as one page that needs nothing else: it works from a mail attachment, loads nothing, and shows either language.
//!
//! Texts of a bundle are escaped wherever they stand, and what they could start is forbidden besides: the page allows its own style and
//! script by their hashes, and nothing else. Without scripts it reads as well; only filters and switches are missing.

mod chart;
mod controls;
mod finding;
mod parts;
mod sections;

use std::io::Write;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use self::finding::Findings;
use self::parts::{both, shown, word};
use super::moment::{bytes, to_second};
use super::verdict::verdict;
use super::words::words;
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::base::time::Trust;
use crate::error::Error;
use crate::report::{Report, Status, TOOL};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What the page may do: show its own style and run its own script.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
});

/// See [`super::HTML`].
pub struct Html;

impl Render for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let page = page(report, options).into_string();
        Ok(out.write_all(page.as_bytes())?)
    }
}

fn page(report: &Report, options: &RenderOptions) -> Markup {
    let findings = Findings::new(report, options);
    html! {
        (DOCTYPE)
        html lang=(tag(options.lang)) data-lang=(options.lang.as_str()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(*POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (shown(&report.bundle.path)) " – " (TOOL) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.top {
                    div {
                        h1 { (shown(&report.bundle.path)) }
                        (about(report, options))
                    }
                    (controls::switches())
                }
                main {
                    (verdict_of(report, options))
                    (controls::filters(&findings))
                    (chart::timeline(report, options))
                    (findings.section())
                    (sections::all(report, options))
                }
                footer {
                    p { (TOOL) " " (report.tool.version) " · " (words_of_signatures(report)) " · " code { (report.tool.digest) } }
                }
                (controls::help())
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The language of the page, as browsers know it.
fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    }
}

fn words_of_signatures(report: &Report) -> Markup {
    both(|lang| words(lang).signatures.count(report.tool.signatures as u64))
}

/// What was scanned.
fn about(report: &Report, options: &RenderOptions) -> Markup {
    let (bundle, coverage) = (&report.bundle, &report.coverage);
    let members = coverage.scanned + coverage.not_text + coverage.empty;
    let hosts = bundle.hosts.len();
    html! {
        p.about {
            span { (bundle.container) }
            @if let Some(layout) = bundle.layout { span { (layout) } }
            span { (both(|lang| words(lang).members.count(members))) }
            span { (both(|lang| words(lang).lines.count(coverage.lines))) }
            span { (bytes(bundle.bytes_decoded)) }
            @if let Some(captured) = bundle.captured_at {
                span { (word(|words| words.captured)) " " (to_second(captured.unix_nanos))
                    @if captured.quality.trust() != Trust::Assumed { " UTC" }
                }
            }
            @if hosts > 0 {
                span { (word(|words| words.hosts)) " " (shown(&parts::some(bundle.hosts.iter().map(String::as_str), hosts))) }
            }
            @if options.timings { span { (format!("{:.1} s", report.timings.total.as_secs_f64())) } }
        }
    }
}

fn verdict_of(report: &Report, options: &RenderOptions) -> Markup {
    let severity = report.max_severity().map_or("none", |worst| worst.as_str());
    html! {
        section.verdict.(severity) #verdict {
            p { (both(|lang| verdict(report, options.min_severity, lang))) }
            @if let Some(window) = bundle_window(report) { p.note { (window) } }
            @if report.status == Status::Partial {
                p.note { (word(|words| words.partial)) " " a href="#problems" { "↓" } }
            }
        }
    }
}

/// The part of the time that the report is about.
fn bundle_window(report: &Report) -> Option<Markup> {
    let window = report.bundle.window?;
    let end = |word: &str, at: Option<i64>| at.map(|at| format!(" {word} {}", to_second(at)));
    Some(both(|lang| {
        let words = words(lang);
        let ends = [
            end(words.since, window.since),
            end(words.until, window.until),
        ];
        let ends: String = ends.into_iter().flatten().collect();
        format!("{}{ends} UTC", words.only_what_happened)
    }))
}
