//! The command line, as clap reads it.

use std::path::PathBuf;
use std::str::FromStr;

use bundle_scan_core::base::time::seconds_east;
use bundle_scan_core::base::window::When;
use bundle_scan_core::render::{Audience, OUTPUTS};
use bundle_scan_core::{Lang, Render, Severity};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::limits::LimitArgs;

/// Names what is wrong in a Kubernetes support bundle: ranked, with proof and remedy.
#[derive(Debug, Parser)]
#[command(
    name = "bundle-scan",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 scanned, nothing at or above --fail-on; 1 something was; 2 wrong usage or a bad signature; 3 unusable input; \
                  4 partial under --strict; 5 internal error; 130 interrupted.\nExamples:\n  bundle-scan bundle.tgz\n  \
                  bundle-scan --lang zh --top all /var/log\n  ssh node 'tar cz /var/log' | bundle-scan -f json -"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan bundles (what happens without a subcommand, too).
    Scan(ScanArgs),
    /// Tell what is in a bundle: layout, hosts, versions, members by kind, facts, and what is missing.
    Inventory(BundleArgs),
    /// Tell what changed between two bundles or saved reports: what is new, worse, still there, fixed.
    Diff(DiffArgs),
    /// Tell what was found along time, host by host: when each problem began and ended, how often, and what it comes from.
    Timeline(TimelineArgs),
    /// Tell why a signature fired on a bundle, or did not: what became of each of its parts, with the lines that came closest.
    Trace(TraceArgs),
    /// Tell what is known about something, without a bundle: a signature, an error code, an exit code, an event reason, a log line.
    Explain(ExplainArgs),
    /// List, show and check signatures.
    Signatures(SignaturesArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff.
    Man,
}

#[derive(Args, Debug)]
pub(crate) struct ScanArgs {
    /// Bundles: an archive, a directory, a single file, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// How to write the report: text, markdown (for tickets), html, json, jsonl, junit or sarif; NAME=FILE writes that one into a file, in whose name {name} stands for that of the bundle. May be repeated.
    #[arg(short, long, value_name = "NAME[=FILE]", default_value = "text")]
    pub(crate) format: Vec<Format>,

    /// Who reads the report. For a customer: what happened, what it means, what to do and what else is needed, always with --redact; text and markdown only.
    #[arg(long, value_enum, default_value = "engineer")]
    pub(crate) audience: AudienceArg,

    /// Write the report into a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) page: PageArgs,

    /// Leave out findings below this severity.
    #[arg(long, value_enum, default_value = "info")]
    pub(crate) min_severity: SeverityArg,

    /// Exit with 1 if something at or above this severity was found.
    #[arg(long, value_enum, default_value = "never")]
    pub(crate) fail_on: FailOn,

    /// Exit with 4 if not all of the bundle could be read.
    #[arg(long)]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,

    /// Findings shown at length, in text and markdown.
    #[arg(long, value_name = "N|all", default_value = "10")]
    pub(crate) top: CountOrAll,

    /// Kinds of errors shown that no signature matches, in text and markdown; 0 to show none.
    #[arg(long, value_name = "N|all", default_value = "5")]
    pub(crate) unrecognised: CountOrAll,

    /// Evidence lines kept for each finding.
    #[arg(long, value_name = "N|all", default_value = "5")]
    pub(crate) evidence: CountOrAll,

    /// Context lines kept before and after each evidence line.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) context: usize,

    #[command(flatten)]
    pub(crate) window: WindowArgs,

    /// Show what each score is made of.
    #[arg(long)]
    pub(crate) why: bool,

    /// Tell on standard error what each stage of the scan and the costliest signatures took.
    #[arg(long)]
    pub(crate) profile: bool,

    /// Leave out how long the scan took, so that two reports can be compared.
    #[arg(long)]
    pub(crate) no_timings: bool,

    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// What part of the time a report is about.
#[derive(Args, Debug)]
pub(crate) struct WindowArgs {
    /// Count nothing that happened before: a date or a time in UTC or with its zone, or how long before the bundle was made (2h, 3d).
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) since: Option<When>,

    /// Count nothing that happened after, as --since. What shows how things were when the bundle was made then counts no more.
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) until: Option<When>,
}

/// How a bundle is read.
#[derive(Args, Debug)]
pub(crate) struct ReadingArgs {
    /// The zone of stamps that name none, where nothing in the bundle tells it: +08:00, -0530, UTC.
    #[arg(long, value_name = "OFFSET", value_parser = parse_offset, allow_hyphen_values = true)]
    pub(crate) tz: Option<i32>,

    /// Threads that scan; 0 means one for each core.
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,

    /// Whether to show progress on a terminal.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) progress: ProgressArg,

    /// Print nothing but the report.
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Mask passwords, tokens, keys, addresses of mail and of the network, each by the same stand-in wherever it occurs.
    #[arg(long)]
    pub(crate) redact: bool,

    /// Map plain files rather than read them. For bundles at rest only: a file that is cut short meanwhile ends the run.
    #[arg(long)]
    pub(crate) mmap: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

impl ReadingArgs {
    pub(crate) fn shows_progress(&self) -> bool {
        self.progress == ProgressArg::Auto && !self.quiet
    }
}

/// How text for people is set.
#[derive(Args, Debug)]
pub(crate) struct PageArgs {
    /// Language; by default that of the locale.
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,

    /// Whether to colour the text.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: ColorArg,
}

/// How a document is written to standard output.
#[derive(Args, Debug)]
pub(crate) struct DocumentArgs {
    /// How to write it.
    #[arg(short, long, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,

    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// What to look for.
#[derive(Args, Debug)]
pub(crate) struct ChoiceArgs {
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,

    /// Look only for these signatures or categories. May be repeated.
    #[arg(long, value_name = "ID|CATEGORY", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// Do not look for these signatures or categories. May be repeated.
    #[arg(long, value_name = "ID|CATEGORY", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
}

impl ChoiceArgs {
    /// Whether nothing of the knowledge is left out.
    pub(crate) fn asks_for_all(&self) -> bool {
        self.only.is_empty() && !self.knowledge.no_builtin
    }
}

#[derive(Args, Debug)]
pub(crate) struct KnowledgeArgs {
    /// Add a folder of signatures; the same id replaces the built-in one. May be repeated.
    #[arg(long, value_name = "DIR")]
    pub(crate) signatures: Vec<PathBuf>,

    /// Do not use the built-in signatures.
    #[arg(long)]
    pub(crate) no_builtin: bool,
}

/// One bundle, of which one document is written.
#[derive(Args, Debug)]
pub(crate) struct BundleArgs {
    /// The bundle: an archive, a directory, a single file, or - for standard input.
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) output: DocumentArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// What was before: a bundle, a report that -f json wrote, or - for standard input.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// What is now, as OLD.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) output: DocumentArgs,
    /// Exit with 1 if something at or above this severity is new or worse.
    #[arg(long, value_enum, default_value = "never")]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,

    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Args, Debug)]
pub(crate) struct TimelineArgs {
    /// Leave out findings below this severity.
    #[arg(long, value_enum, default_value = "info")]
    pub(crate) min_severity: SeverityArg,
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    #[command(flatten)]
    pub(crate) window: WindowArgs,

    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}

#[derive(Args, Debug)]
pub(crate) struct TraceArgs {
    /// The id or alias of the signature.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,

    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// E4007, exit code 137, FailedMount, a taint, an id, or a whole line in quotes; - reads it from standard input.
    #[arg(required = true, value_name = "WHAT", allow_hyphen_values = true)]
    pub(crate) what: Vec<String>,
    #[command(flatten)]
    pub(crate) output: DocumentArgs,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
}

#[derive(Args, Debug)]
pub(crate) struct SignaturesArgs {
    #[command(subcommand)]
    pub(crate) command: SignaturesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SignaturesCommand {
    /// List all signatures.
    List {
        /// How to list them.
        #[arg(short, long, value_enum, default_value = "text")]
        format: ListFormat,
        /// Language of the titles; by default that of the locale.
        #[arg(long, value_enum)]
        lang: Option<LangArg>,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Print the file of a signature.
    Show {
        /// Its id or alias.
        id: String,
        #[command(flatten)]
        knowledge: KnowledgeArgs,
    },
    /// Check signature files: every rule, every sample. Without a folder the built-in ones.
    Check {
        /// A folder or a file.
        path: Option<PathBuf>,
        /// Check the folder alone, not together with the built-in signatures.
        #[arg(long)]
        no_builtin: bool,
    },
    /// Check signatures as check does, say how each fared, and try them on a bundle.
    Test {
        /// A folder or a file of signatures.
        path: PathBuf,
        /// A bundle in which to look for these signatures alone.
        bundle: Option<PathBuf>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Make a signature from a log line: anchor, regex and first sample; what it means is left to you.
    New {
        /// The line that proves the failure; - reads it from standard input.
        #[arg(long, value_name = "LINE")]
        from: String,
        /// Write it into this folder, as ID.yaml, instead of standard output.
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Print the JSON Schema of signature files, for editors.
    Schema,
}

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

fn parse_offset(text: &str) -> Result<i32, String> {
    seconds_east(text).ok_or_else(|| "expected an offset from UTC such as +08:00".to_owned())
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

/// A command line that clap accepts and that still makes no sense.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}
