//! The signatures that have results, as the rules of a SARIF run.

use std::fmt::Write;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;

use super::level;
use crate::base::lang::Lang;
use crate::base::severity::Severity;
use crate::render::words::{risk_mark, words};
use crate::report::Finding;
use crate::signature::schema::Spec;

/// What no URI may hold, of ASCII; other characters never may.
const NO_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireRule<'r> {
    id: &'r str,
    short_description: WireHelp,
    full_description: WireHelp,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: WireHelp,
    default_configuration: WireConfiguration,
    properties: WireRuleProperties,
}

#[derive(Serialize)]
struct WireHelp {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
struct WireConfiguration {
    level: &'static str,
}

#[derive(Serialize)]
struct WireRuleProperties {
    tags: [&'static str; 1],
    precision: &'static str,
    /// Absent where there is nothing to worry about.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

impl<'r> WireRule<'r> {
    /// Of a finding that is a problem, or one that only looks so.
    pub(super) fn new(finding: &'r Finding, is_problem: bool, lang: Lang) -> Self {
        let spec = finding.signature.spec();
        let plain = |text: &str| WireHelp {
            text: text.to_owned(),
            markdown: None,
        };
        WireRule {
            id: finding.id(),
            short_description: plain(spec.title.text(lang)),
            full_description: plain(spec.cause.text(lang)),
            help_uri: help_uri(spec),
            help: WireHelp {
                text: help_text(spec, lang),
                markdown: Some(help_markdown(spec, lang)),
            },
            default_configuration: WireConfiguration {
                level: match is_problem {
                    true => level(spec.severity),
                    false => "none",
                },
            },
            properties: WireRuleProperties {
                tags: [spec.category.as_str()],
                precision: spec.confidence.as_str(),
                security_severity: is_problem.then(|| security_severity(spec.severity)),
            },
        }
    }
}

/// A number between 0 and 10, by which viewers sort.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.0",
        Severity::Error => "7.0",
        Severity::Warning => "4.0",
        Severity::Info => "1.0",
    }
}

fn help_uri(spec: &Spec) -> Option<String> {
    let mut links = spec.references.iter();
    let link = links.find(|link| link.starts_with("https://") || link.starts_with("http://"))?;
    Some(utf8_percent_encode(link, NO_URI).to_string())
}

fn help_text(spec: &Spec, lang: Lang) -> String {
    let mut text = format!("{}\n", spec.impact.text(lang));
    for (number, step) in (1..).zip(&spec.remedy) {
        let mark = risk_mark(step.risk, lang);
        // Writing to a text cannot fail.
        let _ = write!(text, "\n{number}. {mark}{}", step.text(lang));
        for line in step.command.iter().flat_map(|command| command.lines()) {
            let _ = write!(text, "\n   $ {line}");
        }
    }
    for link in &spec.references {
        let _ = write!(text, "\n{}: {link}", words(lang).see);
    }
    text
}

fn help_markdown(spec: &Spec, lang: Lang) -> String {
    let words = words(lang);
    let impact = literal(spec.impact.text(lang));
    let mut blocks = vec![format!("**{}**: {impact}", words.impact)];
    for (number, step) in (1..).zip(&spec.remedy) {
        let (mark, what) = (risk_mark(step.risk, lang), step.text(lang));
        blocks.push(format!("{number}. {}", literal(&format!("{mark}{what}"))));
        blocks.extend(step.command.as_deref().map(code_block));
    }
    for link in &spec.references {
        let link = utf8_percent_encode(link, NO_URI);
        blocks.push(format!("{}: <{link}>", words.see));
    }
    blocks.join("\n\n")
}

/// A command below the step that it belongs to, fenced by more backticks than stand side by side in it.
fn code_block(command: &str) -> String {
    let runs = command.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let lines = [&format!("{fence}sh"), command, &fence];
    lines
        .map(|line| line.replace('\n', "\n   "))
        .map(|line| format!("   {line}"))
        .join("\n")
}

/// A text of which Markdown takes nothing for a mark.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#'
        ) {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_says_what_the_text_says() {
        assert_eq!(literal("drain <node> *now*"), "drain \\<node\\> \\*now\\*");
        assert_eq!(
            code_block("echo `date`"),
            "   ```sh\n   echo `date`\n   ```"
        );
        assert_eq!(
            code_block("cat <<E\n```\nE"),
            "   ````sh\n   cat <<E\n   ```\n   E\n   ````"
        );
    }
}
