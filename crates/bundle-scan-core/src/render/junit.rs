//! Test results in the XML that JUnit began and all CI systems read.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::escape::visible;
use super::moment::to_second;
use super::page::INDENT;
use super::phrases::{self, origin, summary};
use super::text::about;
use super::verdict::Verdict;
use super::words::{Words, words};
use super::{Render, RenderOptions};
use crate::base::severity::Severity;
use crate::error::Error;
use crate::report::{Finding, Report, TOOL};

/// See [`super::JUNIT`].
///
/// A pipeline is red where somebody has to act, and says beside that what else there is to know:
///
/// - what is wrong, of severity `warning` and worse, failed; its symptoms did too, and name their cause;
/// - notices, what is over by now, what is suppressed, and logs of which parts are lost were skipped: shown, but not red;
/// - what sounds alarming and is harmless passed, and says why in its output.
///
/// Without a finding one test passed, because many readers take a suite without tests for a mistake; it was skipped where there was nothing to judge by. What could not be
/// read stands in the error output of the suite.
pub struct Junit;

impl Render for Junit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn write_with(
        &self,
        report: &Report,
        options: &RenderOptions,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let suite = Suite::new(report, options);
        let mut xml = Writer::new_with_indent(out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        suite.write(&mut xml)?;
        Ok(xml.get_mut().write_all(b"\n")?)
    }
}

/// What became of the test that a finding stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Failed,
    Skipped,
    Passed,
}

struct Suite<'r> {
    report: &'r Report,
    /// As for a file: what the terminal is like does not matter.
    options: RenderOptions,
    words: &'static Words,
    cases: Vec<(&'r Finding, Outcome)>,
}

type Xml<'x> = Writer<&'x mut dyn Write>;

impl<'r> Suite<'r> {
    fn new(report: &'r Report, options: &RenderOptions) -> Self {
        let options = RenderOptions {
            color: false,
            width: RenderOptions::default().width,
            ..options.clone()
        };
        let problems = report.at_least(options.min_severity).map(|finding| {
            let outcome = match finding.severity() {
                Severity::Info => Outcome::Skipped,
                _ => Outcome::Failed,
            };
            (finding, outcome)
        });
        let suppressed = report.suppressed_at_least(options.min_severity);
        let suppressed = suppressed.map(|it| &it.finding);
        let skipped = suppressed.chain(&report.lost);
        let skipped = skipped.map(|it| (it, Outcome::Skipped));
        let benign = report.benign.iter().map(|it| (it, Outcome::Passed));
        Suite {
            report,
            words: words(options.lang),
            cases: problems.chain(skipped).chain(benign).collect(),
            options,
        }
    }

    fn write(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        let totals = self.totals();
        let all = xml.create_element("testsuites");
        let all = all.with_attribute(("name", TOOL));
        all.with_attributes(pairs(&totals))
            .write_inner_content(|xml| self.suite(xml, &totals))?;
        Ok(())
    }

    /// What is counted alike for the suite and for all suites, of which there is one.
    fn totals(&self) -> Vec<(&'static str, String)> {
        let count = |outcome| self.cases.iter().filter(|(_, of)| *of == outcome).count();
        let tests = self.cases.len() + usize::from(self.is_well());
        let mut totals = vec![
            ("tests", tests.to_string()),
            ("failures", count(Outcome::Failed).to_string()),
            ("errors", "0".to_owned()),
            (
                "skipped",
                (count(Outcome::Skipped) + usize::from(self.is_unjudged())).to_string(),
            ),
        ];
        if self.options.timings {
            let seconds = self.report.timings.total.as_secs_f64();
            totals.push(("time", format!("{seconds:.3}")));
        }
        totals
    }

    fn verdict(&self) -> Verdict<'r> {
        Verdict::of(self.report, self.options.min_severity)
    }

    /// Whether there was nothing to judge by: to call that green would say that all is well.
    fn is_unjudged(&self) -> bool {
        matches!(self.verdict(), Verdict::Unjudged | Verdict::Behind)
    }

    /// Whether no finding is to be told.
    fn is_well(&self) -> bool {
        !matches!(self.verdict(), Verdict::Cause(_))
    }

    fn suite(&self, xml: &mut Xml<'_>, totals: &[(&'static str, String)]) -> io::Result<()> {
        let bundle = &self.report.bundle;
        let path = visible(&bundle.path);
        let mut suite = xml
            .create_element("testsuite")
            .with_attribute(("name", &*path))
            .with_attributes(pairs(totals));
        // The schema of this format knows no zones.
        let captured = bundle
            .captured_at
            .map(|at| to_second(at.unix_nanos).replace(' ', "T"));
        if let Some(captured) = &captured {
            suite = suite.with_attribute(("timestamp", captured.as_str()));
        }
        suite.write_inner_content(|xml| {
            xml.create_element("properties")
                .write_inner_content(|xml| {
                    let status = [("name", "status"), ("value", self.report.status.as_str())];
                    let property = xml.create_element("property");
                    property.with_attributes(status).write_empty()?;
                    Ok(())
                })?;
            if self.is_well() {
                self.well(xml)?;
            }
            for (finding, outcome) in &self.cases {
                self.case(xml, finding, *outcome)?;
            }
            self.problems(xml)
        })?;
        Ok(())
    }

    /// The test that stands for a bundle without findings: it passed, unless there was nothing to judge by.
    fn well(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        let name = self.verdict().words(self.words);
        let names = [("classname", TOOL), ("name", name)];
        let case = xml.create_element("testcase").with_attributes(names);
        if !self.is_unjudged() {
            case.write_empty()?;
            return Ok(());
        }
        let lacking = phrases::not_evaluable(self.report, self.words).unwrap_or_default();
        let lacking = legal(&lacking);
        case.write_inner_content(|xml| {
            let skipped = xml.create_element("skipped");
            let skipped = skipped.with_attribute(("message", lacking.as_ref()));
            skipped.write_empty()?;
            Ok(())
        })?;
        Ok(())
    }

    fn case(&self, xml: &mut Xml<'_>, finding: &Finding, outcome: Outcome) -> io::Result<()> {
        let spec = finding.signature.spec();
        let title = legal(spec.title.text(self.options.lang));
        let name = format!("{}: {title}", finding.id());
        let names = [
            ("classname", spec.category.as_str()),
            ("name", name.as_str()),
        ];
        let case = xml.create_element("testcase").with_attributes(names);
        case.write_inner_content(|xml| match outcome {
            Outcome::Failed => {
                let kind = finding.severity().as_str();
                let failure = xml.create_element("failure");
                let failure =
                    failure.with_attributes([("type", kind), ("message", title.as_str())]);
                self.body(failure, finding)
            }
            Outcome::Skipped => {
                let reason = match self.report.suppressed(finding.id()) {
                    Some(suppressed) => self.words.reason(&suppressed.by),
                    None => summary(finding, self.report, "", self.options.lang),
                };
                let reason = legal(&reason);
                let skipped = xml.create_element("skipped");
                let skipped = skipped.with_attribute(("message", reason.as_str()));
                skipped.write_empty()?;
                self.body(xml.create_element("system-out"), finding)
            }
            Outcome::Passed => self.body(xml.create_element("system-out"), finding),
        })?;
        Ok(())
    }

    /// What the text report says about a finding, behind what it comes from.
    fn body(
        &self,
        element: quick_xml::writer::ElementWriter<'_, &mut dyn Write>,
        finding: &Finding,
    ) -> io::Result<()> {
        let about = about(self.report, finding, &self.options)?;
        let origin = origin(finding, self.report, self.options.lang);
        let origin = origin.map(|origin| format!("{:INDENT$}{origin}\n", ""));
        let text = origin.unwrap_or_default() + &String::from_utf8_lossy(&about);
        let text = format!("\n{}\n", legal(text.trim_end()));
        element.write_text_content(BytesText::new(&text))?;
        Ok(())
    }

    fn problems(&self, xml: &mut Xml<'_>) -> io::Result<()> {
        let problems = &self.report.problems;
        if problems.is_empty() {
            return Ok(());
        }
        let lines = problems.iter().map(|problem| {
            let member = match problem.member.as_str() {
                "" => self.report.bundle.path.as_str(),
                member => member,
            };
            let (member, detail) = (visible(member), visible(&problem.detail));
            format!("{member}: {}: {detail}\n", problem.kind.as_str())
        });
        let text = format!("\n{}", lines.collect::<String>());
        let element = xml.create_element("system-err");
        element.write_text_content(BytesText::new(&text))?;
        Ok(())
    }
}

fn pairs<'t>(totals: &'t [(&'static str, String)]) -> impl Iterator<Item = (&'t str, &'t str)> {
    totals.iter().map(|(name, value)| (*name, value.as_str()))
}

/// Lines of text that may stand in XML, which has no place for most control characters, escaped or not.
fn legal(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(visible).collect();
    lines.join("\n")
}
