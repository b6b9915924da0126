//! What an option may be set to.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use bundle_scan_core::base::time::seconds_east;
use bundle_scan_core::render::{Audience, OUTPUTS, TEXT};
use bundle_scan_core::{Lang, Render, Severity};
use clap::ValueEnum;

/// An output format with the file it goes to.
#[derive(Clone)]
pub(crate) struct Format {
    pub(crate) render: &'static dyn Render,
    pub(crate) file: Option<PathBuf>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}={:?}", self.render.id(), self.file)
    }
}

impl Format {
    /// The format of a file of this name; text if that says nothing.
    pub(super) fn of_file(path: Option<&Path>) -> Self {
        let ending = path.and_then(|path| path.extension()?.to_str());
        let name = match ending {
            Some("md") => "markdown",
            Some("htm") => "html",
            Some(name) => name,
            None => "text",
        };
        let named = OUTPUTS.iter().find(|output| output.id() == name);
        Format {
            render: named.map_or(&TEXT as &dyn Render, |render| *render),
            file: None,
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        match OUTPUTS.iter().find(|output| output.id() == name) {
            Some(render) => Ok(Format {
                render: *render,
                file,
            }),
            None => {
                let known: Vec<&str> = OUTPUTS.iter().map(|output| output.id()).collect();
                Err(format!("no such format; known are {}", known.join(", ")))
            }
        }
    }
}

/// A number, or no bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountOrAll(pub(crate) Option<usize>);

impl FromStr for CountOrAll {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(CountOrAll(None)),
            _ => text
                .parse()
                .map(|count| CountOrAll(Some(count)))
                .map_err(|_| "expected a number or all".into()),
        }
    }
}

pub(super) fn parse_offset(text: &str) -> Result<i32, String> {
    seconds_east(text).ok_or_else(|| "expected an offset from UTC such as +08:00; that of a zone today: TZ=Asia/Shanghai date +%:z".to_owned())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LangArg {
    En,
    Zh,
}

impl LangArg {
    /// The language asked for, else that of the locale as POSIX orders its variables.
    pub(crate) fn resolve(asked: Option<LangArg>) -> Lang {
        match asked {
            Some(LangArg::En) => Lang::En,
            Some(LangArg::Zh) => Lang::Zh,
            None => {
                let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
                let locale = names
                    .iter()
                    .filter_map(|name| std::env::var(name).ok())
                    .find(|value| !value.is_empty());
                if locale.is_some_and(|locale| locale.starts_with("zh")) {
                    Lang::Zh
                } else {
                    Lang::En
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum AudienceArg {
    Engineer,
    Customer,
}

impl From<AudienceArg> for Audience {
    fn from(audience: AudienceArg) -> Self {
        match audience {
            AudienceArg::Engineer => Audience::Engineer,
            AudienceArg::Customer => Audience::Customer,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SeverityArg {
    Critical,
    Error,
    Warning,
    Info,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Critical => Severity::Critical,
            SeverityArg::Error => Severity::Error,
            SeverityArg::Warning => Severity::Warning,
            SeverityArg::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    Critical,
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

/// With what a long text is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PagerArg {
    Auto,
    Never,
    Command(String),
}

impl FromStr for PagerArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "auto" => PagerArg::Auto,
            "never" | "" => PagerArg::Never,
            command => PagerArg::Command(command.to_owned()),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    Auto,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Json,
}

/// What there is a JSON Schema of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaArg {
    Signature,
    Report,
    Inventory,
    Timeline,
    Trace,
    Diff,
}
