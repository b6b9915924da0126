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
use super::inventory::names;
use super::labels::container;
use super::moment::to_second;
use super::phrases;
use super::verdict::Verdict;
use super::words::words;
use super::{Render, RenderOptions};
use crate::base::lang::Lang;
use crate::error::Error;
use crate::report::{Finding, Report, Status, TOOL};

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
                meta name="generator" content={ (TOOL) " " (report.tool.version) };
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
                    (chart::timeline(&findings.timeline))
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
    let bundle = &report.bundle;
    html! {
        p.about {
            span { (both(|lang| container(&bundle.container, lang).to_owned())) }
            @if let Some(layout) = &bundle.layout { span { (layout) } }
            @for part in 0..phrases::contents(report, options, words(Lang::En)).len() {
                span { (both(|lang| phrases::contents(report, options, words(lang)).swap_remove(part))) }
            }
            @if let Some(captured) = bundle.captured_at {
                span { (word(|words| words.captured)) " " (to_second(captured.unix_nanos))
                    (both(|lang| words(lang).zone(captured.quality)))
                }
            }
            @if !bundle.hosts.is_empty() {
                span { (word(|words| words.hosts)) " " (shown(&names(bundle.hosts.iter()))) }
            }
        }
    }
}

fn verdict_of(report: &Report, options: &RenderOptions) -> Markup {
    let least = options.min_severity;
    let verdict = Verdict::of(report, least);
    let worst = report.at_least(least).map(Finding::severity).max();
    let class = match (worst, &verdict) {
        (Some(worst), _) => worst.as_str(),
        (None, Verdict::Clean) => "clean",
        (None, _) => "unknown",
    };
    html! {
        section.verdict.(class) #verdict {
            p { (both(|lang| verdict.line(report, least, lang))) }
            @if report.bundle.window.is_some() {
                p.note { (both(|lang| phrases::window(report, words(lang)).unwrap_or_default())) }
            }
            @if report.status == Status::Partial {
                p.note { (word(|words| words.partial)) " " a href="#problems" { "↓" } }
            }
        }
    }
}
