//! What is known about something, for people and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::visible;
use super::inventory::names;
use super::page::{BOLD, DIM, INDENT, Page, color_of};
use super::words::severity_word;
use super::{
    RenderOptions,
    json::{WireStep, write_document},
};
use crate::base::lang::Lang;
use crate::error::Error;
use crate::explain::{By, ExitCode, Explanation, Found};
use crate::report::SCHEMA_VERSION;
use crate::report::command::as_written;
use crate::signature::{Signature, SignatureSet};

/// Signatures told at length; of the others only the title.
const AT_LENGTH: usize = 3;

/// Writes an explanation for people. `set` tells what leads to what.
///
/// # Errors
/// When the output cannot be written.
pub fn write_text(
    explanation: &Explanation,
    set: &SignatureSet,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut text = ExplainText {
        set,
        page: Page::new(options, out),
    };
    Ok(text.explanation(explanation)?)
}

/// Writes an explanation as JSON.
///
/// # Errors
/// When the output cannot be written.
pub fn write_json(
    explanation: &Explanation,
    set: &SignatureSet,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let document = WireExplanation::new(explanation, set, options.lang);
    write_document(&document, out)
}

struct ExplainText<'p> {
    set: &'p SignatureSet,
    page: Page<'p>,
}

impl ExplainText<'_> {
    fn explanation(&mut self, explanation: &Explanation) -> io::Result<()> {
        if let Some(code) = explanation.exit_code {
            let text = exit_code_text(code, self.page.options.lang);
            writeln!(self.page.out, "{text}")?;
        }
        let (long, short) = explanation
            .found
            .split_at(AT_LENGTH.min(explanation.found.len()));
        for (index, found) in long.iter().enumerate() {
            if index > 0 || explanation.exit_code.is_some() {
                writeln!(self.page.out)?;
            }
            self.found(found)?;
        }
        if !short.is_empty() {
            self.page.heading(self.page.words.also)?;
            short
                .iter()
                .try_for_each(|found| self.one_line(&found.signature))?;
        }
        let words = self.page.words;
        if explanation.found.is_empty() {
            let asked = visible(&explanation.asked);
            writeln!(self.page.out, "{}{}{asked}", words.not_known, words.colon)?;
        }
        if explanation.near.is_empty() {
            return Ok(());
        }
        self.page.heading(words.near)?;
        explanation
            .near
            .iter()
            .try_for_each(|near| self.one_line(near))
    }

    fn found(&mut self, found: &Found) -> io::Result<()> {
        let signature = &found.signature;
        let (spec, words, lang) = (signature.spec(), self.page.words, self.page.options.lang);
        let severity = match spec.benign {
            true => self.page.paint(DIM, words.harmless),
            false => self
                .page
                .paint(color_of(spec.severity), severity_word(spec.severity, lang)),
        };
        let title = self.page.paint(BOLD, spec.title.text(lang));
        let id = self.page.paint(DIM, &spec.id);
        writeln!(self.page.out, "{severity}  {title}  {id}")?;
        let by = self.page.paint(DIM, by_text(found.by, lang));
        writeln!(self.page.out, "{:INDENT$}{by}", "")?;
        self.page.labelled(words.cause, spec.cause.text(lang))?;
        self.page.labelled(words.impact, spec.impact.text(lang))?;
        self.page.remedy(signature, as_written)?;
        self.related(words.leads_to, &spec.causes)?;
        self.related(words.comes_from, &causes_of(self.set, &signature.id))?;
        if !spec.references.is_empty() {
            self.page.links(&spec.references)?;
        }
        Ok(())
    }

    fn related(&mut self, label: &str, ids: &[String]) -> io::Result<()> {
        match ids.is_empty() {
            true => Ok(()),
            false => self.page.labelled(label, &names(ids.iter())),
        }
    }

    fn one_line(&mut self, signature: &Signature) -> io::Result<()> {
        let spec = signature.spec();
        let id = self.page.paint(DIM, &spec.id);
        let title = spec.title.text(self.page.options.lang);
        writeln!(self.page.out, "  {title}  {id}")
    }
}

/// Ids of the signatures that explain this one.
fn causes_of(set: &SignatureSet, id: &str) -> Vec<String> {
    let causes = set
        .iter()
        .filter(|signature| signature.spec().causes.iter().any(|target| target == id));
    causes.map(|signature| signature.id.clone()).collect()
}

fn by_text(by: By, lang: Lang) -> &'static str {
    match (lang, by) {
        (Lang::En, By::Name) => "by its name",
        (Lang::En, By::Code) => "by its code",
        (Lang::En, By::ExitCode) => "by the exit code",
        (Lang::En, By::Line) => "the line matches",
        (Lang::En, By::Text) => "by a part of its message or title",
        (Lang::Zh, By::Name) => "按名称",
        (Lang::Zh, By::Code) => "按错误码",
        (Lang::Zh, By::ExitCode) => "按退出码",
        (Lang::Zh, By::Line) => "日志行匹配",
        (Lang::Zh, By::Text) => "按报错或标题片段",
    }
}

/// What the number alone says.
fn exit_code_text(code: ExitCode, lang: Lang) -> String {
    let ExitCode { written, told } = code;
    let mut text = match lang {
        Lang::En => format!("exit code {written}"),
        Lang::Zh => format!("退出码 {written}"),
    };
    if i64::from(told) != written {
        text += &match lang {
            Lang::En => format!(" = {told}: only the lowest eight bits are told (modulo 256)"),
            Lang::Zh => format!(" = {told}：系统只取低 8 位（对 256 取模）"),
        };
    }
    if let Some(signal) = code.signal() {
        let number = told - 128;
        text += &match lang {
            Lang::En => format!(" = 128 + {number}: ended by signal {signal}"),
            Lang::Zh => format!(" = 128 + {number}：被信号 {signal} 终止"),
        };
    }
    text
}

#[derive(Serialize)]
struct WireExplanation<'e> {
    schema_version: u32,
    asked: &'e str,
    exit_code: Option<WireExitCode>,
    found: Vec<WireFound<'e>>,
    near: Vec<WireNear<'e>>,
}

#[derive(Serialize)]
struct WireExitCode {
    written: i64,
    told: u8,
    signal: Option<&'static str>,
}

#[derive(Serialize)]
struct WireFound<'e> {
    id: &'e str,
    by: &'static str,
    title: &'e str,
    severity: &'static str,
    confidence: &'static str,
    category: &'static str,
    benign: bool,
    codes: &'e [String],
    cause: &'e str,
    impact: &'e str,
    remedy: Vec<WireStep<'e>>,
    leads_to: &'e [String],
    comes_from: Vec<String>,
    references: &'e [String],
}

#[derive(Serialize)]
struct WireNear<'e> {
    id: &'e str,
    title: &'e str,
}

impl<'e> WireExplanation<'e> {
    fn new(explanation: &'e Explanation, set: &SignatureSet, lang: Lang) -> Self {
        let found = explanation.found.iter().map(|found| {
            let spec = found.signature.spec();
            WireFound {
                id: &spec.id,
                by: found.by.as_str(),
                title: spec.title.text(lang),
                severity: spec.severity.as_str(),
                confidence: spec.confidence.as_str(),
                category: spec.category.as_str(),
                benign: spec.benign,
                codes: &spec.codes,
                cause: spec.cause.text(lang),
                impact: spec.impact.text(lang),
                remedy: spec
                    .remedy
                    .iter()
                    .map(|step| WireStep::new(step, lang))
                    .collect(),
                leads_to: &spec.causes,
                comes_from: causes_of(set, &spec.id),
                references: &spec.references,
            }
        });
        let near = explanation.near.iter().map(|near| WireNear {
            id: &near.id,
            title: near.spec().title.text(lang),
        });
        WireExplanation {
            schema_version: SCHEMA_VERSION,
            asked: &explanation.asked,
            exit_code: explanation.exit_code.map(|code| WireExitCode {
                written: code.written,
                told: code.told,
                signal: code.signal(),
            }),
            found: found.collect(),
            near: near.collect(),
        }
    }
}
