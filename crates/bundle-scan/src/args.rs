//! The command line, as clap reads it.

mod values;

use std::borrow::Cow;
use std::path::PathBuf;

use bundle_scan_core::base::window::When;
use clap::{Args, Parser, Subcommand};

use self::values::parse_offset;
pub(crate) use self::values::{
    AudienceArg, ColorArg, CountOrAll, FailOn, Format, LangArg, ListFormat, PagerArg, ProgressArg,
    SchemaArg, SeverityArg,
};
use crate::limits::LimitArgs;

/// What exit codes mean, and how one begins.
const AFTER_HELP: &str = "\
Exit codes:
  0  scanned, nothing at or above --fail-on     3  unusable input
  1  something at or above --fail-on            4  partial, under --strict
  2  wrong usage, or a bad signature            5  internal error, 130 interrupted

Examples:
  bundle-scan bundle.tgz                        what is wrong, why, and what to do
  bundle-scan -f html=report.html bundle.tgz    the same as a page to mail
  bundle-scan -f json --fail-on error *.tgz     for a script
  ssh node 'tar cz /var/log' | bundle-scan -    from a pipe
  bundle-scan explain FailedMount               what is known, without a bundle

-h tells the options in a line each, --help all of them at length; bundle-scan help COMMAND those of a command.";

/// Names what is wrong in a Kubernetes support bundle: ranked, with proof and remedy.
#[derive(Debug, Parser)]
#[command(
    name = "bundle-scan",
    version,
    args_conflicts_with_subcommands = true,
    after_help = AFTER_HELP
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan bundles (what happens without a subcommand, too).
    Scan(ScanArgs),
    /// Tell what is in a bundle, and what is missing.
    ///
    /// Layout, hosts, versions, members by kind, facts, and what a full diagnosis lacks.
    Inventory(InventoryArgs),
    /// Tell what changed between two bundles or saved reports.
    ///
    /// What is new, worse, still there, or fixed.
    Diff(DiffArgs),
    /// Tell what was found along time, host by host.
    ///
    /// When each problem began and ended, how often, and what it comes from.
    Timeline(TimelineArgs),
    /// Tell why a signature fired on a bundle, or did not.
    ///
    /// What became of each of its parts, with the lines that came closest.
    Trace(TraceArgs),
    /// Tell what is known of an error code, exit code, event, log line ..., without a bundle.
    Explain(ExplainArgs),
    /// List, show and check signatures.
    Signatures(SignaturesArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or that of a command, in roff.
    Man(ManArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ScanArgs {
    /// Bundles: an archive, a directory, a single file, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) report: ReportArgs,

    #[command(flatten)]
    pub(crate) page: PageArgs,

    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,

    #[command(flatten)]
    pub(crate) known: KnownArgs,

    #[command(flatten)]
    pub(crate) window: WindowArgs,

    #[command(flatten)]
    pub(crate) verdict: VerdictArgs,

    /// Tell on standard error what each stage of the scan and the costliest signatures took.
    #[arg(long, help_heading = RUN)]
    pub(crate) profile: bool,

    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

/// The groups of `--help`.
const REPORT: &str = "Report";
const SEARCH: &str = "What to look for";
const TIME: &str = "Time";
const SCRIPTS: &str = "For scripts";
const RUN: &str = "How to read";

/// What stands in a report.
#[derive(Args, Debug)]
#[command(next_help_heading = REPORT)]
pub(crate) struct ReportArgs {
    /// text, markdown, html, json, jsonl, junit or sarif, each into a file with NAME=FILE.
    ///
    /// By default text, or what the ending of the file of -o says. text is for people, markdown for tickets, html one page to mail or keep, the others for programs. May be repeated. In the name of a file {name} stands for that of the bundle.
    #[arg(short, long, value_name = "NAME[=FILE]")]
    format: Vec<Format>,

    /// Write the report into a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Who reads it: for a customer it is a letter without internals, always redacted.
    ///
    /// For a customer: what happened, what it means, what to do and what else is needed; text and markdown only.
    #[arg(long, value_enum, value_name = "WHO", default_value = "engineer")]
    pub(crate) audience: AudienceArg,

    /// Leave out findings below this severity.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "info")]
    pub(crate) min_severity: SeverityArg,

    /// Findings shown at length, in text and markdown.
    #[arg(long, value_name = "N|all", default_value = "10")]
    pub(crate) top: CountOrAll,

    /// Kinds of errors shown that no signature matches; 0 for none.
    ///
    /// In text, markdown and html; JSON has them all.
    #[arg(long, value_name = "N|all", default_value = "5")]
    pub(crate) unrecognised: CountOrAll,

    /// Evidence lines kept for each finding.
    #[arg(long, value_name = "N|all", default_value = "5")]
    pub(crate) evidence: CountOrAll,

    /// Lines before and after each evidence line; text shows them only if asked to.
    ///
    /// JSON and HTML have 2 unless it says otherwise.
    #[arg(long, value_name = "N")]
    pub(crate) context: Option<usize>,

    /// Show what each score is made of.
    #[arg(long)]
    pub(crate) why: bool,

    /// Leave out how long the scan took, so that two reports can be compared.
    #[arg(long)]
    pub(crate) no_timings: bool,
}

impl ReportArgs {
    /// The formats asked for: by name, else by the ending of the file, else text.
    pub(crate) fn formats(&self) -> Cow<'_, [Format]> {
        match self.format.is_empty() {
            true => Cow::Owned(vec![Format::of_file(self.output.as_deref())]),
            false => Cow::Borrowed(&self.format),
        }
    }
}

/// What is known already, and need not be told.
#[derive(Args, Debug)]
#[command(next_help_heading = SEARCH)]
pub(crate) struct KnownArgs {
    /// Tell only what is new or worse since a report that -f json wrote.
    ///
    /// The rest is suppressed: it counts nowhere, and stays in the report with that reason.
    #[arg(long, value_name = "OLD.json")]
    pub(crate) baseline: Option<PathBuf>,

    /// Suppress findings by rules, each with a reason and a last day. May be repeated.
    ///
    /// A YAML list of rules such as {ignore: ID, only: {host: "lab-*"}, reason: TEXT, expires: 2026-12-31}. What is suppressed counts nowhere, and stays in the report with the reason.
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore_file: Vec<PathBuf>,
}

/// What part of the time a report is about.
#[derive(Args, Debug)]
#[command(next_help_heading = TIME)]
pub(crate) struct WindowArgs {
    /// Count nothing that happened before: a time, or 2h, 3d before the bundle was made.
    ///
    /// A date or a time in UTC or with its zone, such as '2026-03-10 10:00' or 2026-03-10T10:00+08:00, or how long before the bundle was made.
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) since: Option<When>,

    /// Count nothing that happened after, as --since.
    ///
    /// What shows how things were when the bundle was made then counts no more.
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) until: Option<When>,
}

/// What an exit code says.
#[derive(Args, Debug)]
#[command(next_help_heading = SCRIPTS)]
pub(crate) struct VerdictArgs {
    /// Exit with 1 if something at or above this severity was found.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "never")]
    pub(crate) fail_on: FailOn,

    /// Exit with 4 if not all of the bundle could be read.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// How a bundle is read.
#[derive(Args, Debug)]
#[command(next_help_heading = RUN)]
pub(crate) struct ReadingArgs {
    /// The zone of stamps that name none, where nothing in the bundle tells it: +08:00, UTC.
    #[arg(long, value_name = "OFFSET", value_parser = parse_offset, allow_hyphen_values = true, help_heading = TIME)]
    pub(crate) tz: Option<i32>,

    /// Whether to show progress on a terminal.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", help_heading = SCRIPTS)]
    pub(crate) progress: ProgressArg,

    /// Print nothing but the report.
    #[arg(short, long, help_heading = SCRIPTS)]
    pub(crate) quiet: bool,

    /// Where a collector puts things that is not known here, as YAML. May be repeated.
    ///
    /// name: acme, markers: [acme/info.txt], places: [{path: '{host}/kl.out', kind: kubelet}]
    #[arg(long, value_name = "FILE")]
    pub(crate) layout: Vec<PathBuf>,

    /// Threads that scan; 0 means one for each core.
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,

    /// Mask passwords, tokens, keys, and addresses of mail and of the network.
    ///
    /// Each by the same stand-in wherever it occurs.
    #[arg(long, help_heading = REPORT)]
    pub(crate) redact: bool,

    /// Map plain files rather than read them; for bundles at rest only.
    ///
    /// A file that is cut short meanwhile ends the run.
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
#[command(next_help_heading = REPORT)]
pub(crate) struct PageArgs {
    /// Language; by default that of the locale.
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,

    /// Whether to colour the text.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorArg,

    /// What to show a text with that is longer than the terminal: auto, never or a command.
    ///
    /// auto is what PAGER says, or less. Only if standard output is a terminal, and for one bundle.
    #[arg(long, value_name = "COMMAND", default_value = "auto")]
    pub(crate) pager: PagerArg,
}

/// How a document is written to standard output.
#[derive(Args, Debug)]
#[command(next_help_heading = REPORT)]
pub(crate) struct DocumentArgs {
    /// How to write it.
    #[arg(short, long, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,

    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// What to look for.
#[derive(Args, Debug)]
#[command(next_help_heading = SEARCH)]
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
#[command(next_help_heading = SEARCH)]
pub(crate) struct KnowledgeArgs {
    /// Add a folder of signatures; the same id replaces the built-in one. May be repeated.
    #[arg(long, value_name = "DIR")]
    pub(crate) signatures: Vec<PathBuf>,

    /// Do not use the built-in signatures.
    #[arg(long)]
    pub(crate) no_builtin: bool,
}

/// What is set for every run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Settings")]
pub(crate) struct ConfigArgs {
    /// A file of settings, instead of the own one.
    ///
    /// TOML in which long options are keys: lang = "zh", top = 3, redact = true, signatures = ["/opt/signatures"]. The own one is bundle-scan/config.toml in the folder for settings, on Linux ~/.config. A variable BUNDLE_SCAN_LANG, BUNDLE_SCAN_TOP ... goes over it, and the command line over both.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Read no file of settings.
    #[arg(long, global = true, conflicts_with = "config")]
    pub(crate) no_config: bool,
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
pub(crate) struct InventoryArgs {
    /// Bundles: an archive, a directory, a single file, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
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
    #[arg(required = true, value_name = "WHAT")]
    pub(crate) what: Vec<String>,
    #[command(flatten)]
    pub(crate) output: DocumentArgs,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// The command, such as diff, or signatures check.
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub(crate) command: Vec<String>,
    /// Write the pages of all commands into this folder instead.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SignaturesArgs {
    #[command(subcommand)]
    pub(crate) command: SignaturesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SignaturesCommand {
    /// List all signatures, or those whose id, title, category or codes have all of these words.
    List {
        /// Words to look for.
        #[arg(value_name = "TEXT")]
        text: Vec<String>,
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
    /// Print a JSON Schema: that of signature files, for editors, or that of a document.
    Schema {
        /// What the schema is of.
        #[arg(value_enum, default_value = "signature")]
        of: SchemaArg,
    },
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
