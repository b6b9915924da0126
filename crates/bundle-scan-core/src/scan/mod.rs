//! The conductor: walks a bundle, hands blocks to the workers, joins what they find, and builds the report.
//!
//! The only room that knows all others, and the only user of rayon. One thread (the caller's) reads and decodes; as many
//! workers as asked for run the matcher. Blocks in flight are bounded, so memory does not grow with the bundle.

mod check;
mod conductor;
mod crew;
mod desk;
mod edges;
mod gather;
mod lane;
#[cfg(test)]
mod panics;
mod progress;
mod reading;
mod sample;
mod structured;
mod telling;
mod window;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::base::halt::{Halt, Switch};
use crate::base::limits::Limits;
use crate::base::means::Means;
use crate::base::two::cores;
use crate::base::window::When;
use crate::container::Input;
use crate::error::Error;
use crate::finding::clocks::Clocks;
use crate::finding::{Tally, TallyOptions};
use crate::layout::{Layout, Layouts};
use crate::matcher::Matcher;
use crate::report::redact::Redactor;
use crate::report::{Profile, Report, Scanned, Timings, Trace};
use crate::signature::SignatureSet;
use conductor::{Conductor, Order};
use telling::Telling;
use window::Window;

pub use check::{Checked, check, check_files};
pub use progress::Progress;
#[doc(hidden)]
pub use sample::Engine;
pub use telling::FirstMatch;

/// Bytes of a member scanned as one piece of work.
const BLOCK_BYTES: usize = 2 << 20;
/// Room for the stack of a thread that reads containers in containers and scans a block on top of that.
const STACK_BYTES: usize = 8 << 20;
/// Evidence lines kept for a finding.
const EVIDENCE: usize = 5;
/// Context lines kept on each side of an evidence line.
const CONTEXT: usize = 2;

/// Settings of a [`Scanner`].
#[derive(Clone)]
pub struct ScannerBuilder {
    threads: usize,
    block_bytes: usize,
    evidence: usize,
    context: usize,
    utc_offset: Option<i32>,
    since: Option<When>,
    until: Option<When>,
    unexplained: bool,
    limits: Limits,
    means: Means,
    maps_files: bool,
    profile: bool,
    cancel: Switch,
    stop: Switch,
    on_progress: Option<ProgressCallback>,
    on_first_match: Option<FirstMatchCallback>,
    layouts: Vec<Layout>,
    trace: Option<String>,
    redactor: Option<Redactor>,
}

type ProgressCallback = Arc<dyn Fn(&Progress) + Send + Sync>;
type FirstMatchCallback = Arc<dyn Fn(&FirstMatch) + Send + Sync>;

impl ScannerBuilder {
    /// Threads that read and scan; 0 means one for each core, which is the default. With more than one the calling thread waits for them, and
    /// the callback of [`Self::on_progress`] is called by them.
    pub fn threads(&mut self, count: usize) -> &mut Self {
        self.threads = count;
        self
    }

    /// Bytes of a member scanned as one piece of work; the result does not depend on it. Default 2 MiB.
    pub fn block_bytes(&mut self, bytes: usize) -> &mut Self {
        self.block_bytes = bytes.max(1);
        self
    }

    /// Evidence lines kept for each finding. Default 5.
    pub fn evidence(&mut self, lines: usize) -> &mut Self {
        self.evidence = lines;
        self
    }

    /// Context lines kept before and after each evidence line. Default 2.
    pub fn context(&mut self, lines: usize) -> &mut Self {
        self.context = lines;
        self
    }

    /// The zone of stamps that name none, in seconds east of Greenwich, where nothing in the bundle tells it. Default UTC, which reports
    /// then call assumed.
    pub fn utc_offset(&mut self, seconds: Option<i32>) -> &mut Self {
        self.utc_offset = seconds;
        self
    }

    /// Counts nothing that happened before this; see [`Self::until`].
    pub fn since(&mut self, bound: Option<When>) -> &mut Self {
        self.since = bound;
        self
    }

    /// Counts nothing that happened after this. What tells how things were when the bundle was made counts if that lies in the window. What
    /// stamps mean is known only at the end of a bundle, so one of which a part of the time is asked for is read twice.
    pub fn until(&mut self, bound: Option<When>) -> &mut Self {
        self.until = bound;
        self
    }

    /// Whether to tell the errors that no signature matches: [`crate::report::Unrecognised`]. Default true; of no use with a few signatures
    /// only.
    pub fn unexplained(&mut self, wanted: bool) -> &mut Self {
        self.unexplained = wanted;
        self
    }

    /// Bounds of a scan.
    pub fn limits(&mut self, limits: Limits) -> &mut Self {
        self.limits = limits;
        self
    }

    /// With what it decodes and searches. For doubts and for tests: the report is the same.
    pub fn means(&mut self, means: Means) -> &mut Self {
        self.means = means;
        self
    }

    /// Whether to map plain files rather than to read them. For bundles at rest only: if a file is cut short meanwhile, the process ends with
    /// SIGBUS. With one thread a folder takes a twelfth less. Default false.
    pub fn map_files(&mut self, wanted: bool) -> &mut Self {
        self.maps_files = wanted;
        self
    }

    /// Whether to measure what each stage and each signature costs: [`Report::profile`]. A scan that is measured takes a tenth longer.
    pub fn profile(&mut self, wanted: bool) -> &mut Self {
        self.profile = wanted;
        self
    }

    /// A switch that ends running scans with an error of the kind [`crate::ErrorKind::Cancelled`].
    pub fn cancel(&mut self, switch: Switch) -> &mut Self {
        self.cancel = switch;
        self
    }

    /// A switch that ends reading: the report tells what was found so far, and that it is partial.
    pub fn stop(&mut self, switch: Switch) -> &mut Self {
        self.stop = switch;
        self
    }

    /// A function that is called after each piece of input (2 MiB decoded) and each member, by whichever thread has read it, and so by several at
    /// the same time: it should be quick. Where a limit ends a scan whose parts were read in any order, it begins anew, and what is told with it.
    /// If it panics, the scan ends and the panic goes on in the thread that asked for the scan.
    pub fn on_progress(
        &mut self,
        callback: impl Fn(&Progress) + Send + Sync + 'static,
    ) -> &mut Self {
        self.on_progress = Some(Arc::new(callback));
        self
    }

    /// A function that is called once for each signature, when all that must match of it has matched somewhere, while the scan goes on. What it
    /// is told is preliminary, see [`FirstMatch`]: some of it becomes no finding. Every finding of the report that has lines to show was told.
    /// In which order, and by which line, depends on the threads, which call it as they do [`Self::on_progress`]; a panic has the same end.
    pub fn on_first_match(
        &mut self,
        callback: impl Fn(&FirstMatch) + Send + Sync + 'static,
    ) -> &mut Self {
        self.on_first_match = Some(Arc::new(callback));
        self
    }

    /// Teaches it where a collector puts things that is not known here. Of several layouts that name the same place as exactly, the first one
    /// counts.
    pub fn layout(&mut self, layout: Layout) -> &mut Self {
        self.layouts.push(layout);
        self
    }

    /// Masks what is nobody else's business in reports: see [`Redactor::redact`].
    pub fn redact(&mut self, redactor: Redactor) -> &mut Self {
        self.redactor = Some(redactor);
        self
    }

    /// The id of a signature of which [`Report::trace`] tells why it fired or did not. That one is matched twice, the others as ever.
    pub fn trace(&mut self, id: &str) -> &mut Self {
        self.trace = Some(id.to_owned());
        self
    }

    /// Compiles the signatures. The scanner can be used for any number of bundles, from several threads at once.
    pub fn build(&self, set: SignatureSet) -> Scanner {
        let traced = self.trace.as_ref().map(|id| {
            let traced = set.clone().filtered(|signature| signature.id == *id);
            Matcher::new(traced, self.limits.max_line_bytes, false, self.means)
        });
        let (line, unexplained) = (self.limits.max_line_bytes, self.unexplained);
        let matcher = Matcher::new(set, line, unexplained, self.means);
        Scanner {
            matcher,
            tracer: traced,
            layouts: Layouts::new(self.layouts.clone()),
            settings: self.clone(),
            pool: OnceLock::new(),
        }
    }
}

/// Scans bundles for a set of signatures.
pub struct Scanner {
    matcher: Matcher,
    /// Knows the signature that is traced, if one is.
    tracer: Option<Matcher>,
    layouts: Layouts,
    settings: ScannerBuilder,
    /// Started by the first scan; `None` inside when one thread does everything.
    pool: OnceLock<Option<ThreadPool>>,
}

impl Scanner {
    /// Default settings.
    pub fn builder() -> ScannerBuilder {
        ScannerBuilder {
            threads: 0,
            block_bytes: BLOCK_BYTES,
            evidence: EVIDENCE,
            context: CONTEXT,
            utc_offset: None,
            since: None,
            until: None,
            unexplained: true,
            limits: Limits::default(),
            means: Means::default(),
            maps_files: false,
            profile: false,
            cancel: Switch::default(),
            stop: Switch::default(),
            on_progress: None,
            on_first_match: None,
            layouts: Vec::new(),
            trace: None,
            redactor: None,
        }
    }

    /// The signatures that it looks for.
    pub fn signatures(&self) -> &SignatureSet {
        self.matcher.set()
    }

    /// Scans a directory, an archive, or a single file.
    ///
    /// # Errors
    /// Of the kind `Input` when the path cannot be opened or holds no text; `Cancelled` when the scan was cancelled; `Window` when the time that is
    /// asked for is none. Whatever
    /// is wrong with parts of the bundle stands in [`Report::problems`] instead.
    pub fn scan_path(&self, path: impl AsRef<Path>) -> Result<Report, Error> {
        let path = path.as_ref();
        self.scan(&path.display().to_string(), Input::Path(path.to_owned()))
    }

    /// Scans what an open file gives, such as stdin, as if it were a file of that name. Of a pipe that neither gives data nor ends a report is made too
    /// once the scan is stopped or its time is over, which [`Scanner::scan_reader`] cannot do.
    ///
    /// # Errors
    /// As [`Scanner::scan_reader`].
    pub fn scan_file(&self, name: &str, file: File) -> Result<Report, Error> {
        self.scan(name, Input::Open(file))
    }

    /// Scans what a reader gives, as if it were a file of that name.
    ///
    /// # Errors
    /// As [`Scanner::scan_path`]; of the kind `Window` if a part of the time is asked for, because it can be read only once.
    pub fn scan_reader(
        &self,
        name: &str,
        reader: impl Read + Send + 'static,
    ) -> Result<Report, Error> {
        self.scan(name, Input::Reader(Box::new(reader)))
    }

    /// The workers. A machine that refuses threads is served by the calling one alone.
    fn pool(&self) -> Option<&ThreadPool> {
        let start = || {
            let threads = match self.settings.threads {
                0 => cores(),
                count => count,
            };
            let pool = || {
                ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .stack_size(STACK_BYTES)
                    .thread_name(|n| format!("scan-{n}"))
                    .build()
            };
            // A worker beside the reading thread on the only core is in its way.
            (threads > 1).then(pool)?.ok()
        };
        self.pool.get_or_init(start).as_ref()
    }

    fn scan(&self, name: &str, input: Input) -> Result<Report, Error> {
        let started = Instant::now();
        let max_time = self.settings.limits.max_time;
        let halt = |max_time| Halt::new(self.settings.stop.clone(), started, max_time);
        // A window takes two walks, of which the second is the one that counts.
        let window = self.window(name, &input, &halt(max_time.map(|time| time / 2)))?;
        let telling = Telling::new(name, &self.settings, self.matcher.signatures());
        let conductor = self.walk(input, window.as_ref(), &telling, &halt(max_time))?;
        let read = Instant::now();
        let reading = conductor.reading_time();
        let mut scanned = conductor.finish(name);
        let costs = scanned.tally.costs.take();
        if scanned.coverage.scanned == 0 && scanned.problems.is_empty() {
            return Err(Error::nothing_recognised(name));
        }
        let traced = self.traced(&mut scanned);
        let mut report = Report::new(scanned, self.matcher.set());
        report.trace = traced.map(|(number, tally, clocks)| {
            let signature = &self.matcher.signatures()[number];
            Trace::new((number, signature), tally, &clocks, &report)
        });
        if let Some(redactor) = &self.settings.redactor {
            redactor.redact(&mut report);
        }
        report.timings = Timings {
            total: started.elapsed(),
            diagnosis: read.elapsed(),
        };
        if self.settings.profile {
            let costs = costs.unwrap_or_default();
            let signatures = self.matcher.signatures();
            report.profile = Some(Profile::new(
                reading.reading,
                reading.waiting,
                &costs,
                signatures,
            ));
        }
        Ok(report)
    }

    /// The time that counts, if not all does.
    fn window(&self, name: &str, input: &Input, halt: &Halt) -> Result<Option<Window>, Error> {
        let (since, until) = (self.settings.since, self.settings.until);
        if since.is_none() && until.is_none() {
            return Ok(None);
        }
        let path = match input {
            Input::Path(path) if !is_pipe(path) => path,
            _ => {
                return Err(Error::no_window(
                    "to keep to a part of the time the bundle is read twice: save it to a file first",
                ));
            }
        };
        let telling = Telling::progress_only(name, &self.settings);
        let walk = self.walk(Input::Path(path.clone()), None, &telling, halt)?;
        let rebooted = walk.rebooted();
        Window::new((since, until), walk.finish(name), rebooted).map(Some)
    }

    /// Reads all members.
    fn walk<'s>(
        &'s self,
        input: Input,
        window: Option<&'s Window>,
        telling: &'s Telling<'s>,
        halt: &Halt,
    ) -> Result<Conductor<'s>, Error> {
        let again = match &input {
            Input::Path(path) if !is_pipe(path) => Some(Input::Path(path.clone())),
            _ => None,
        };
        let order = match again {
            Some(_) => Order::Any,
            None => Order::Kept,
        };
        let conductor = self.walk_once(input, window, telling, order, halt)?;
        match again {
            Some(again) if conductor.is_left_to_chance() => {
                self.walk_once(again, window, telling, Order::Kept, halt)
            }
            _ => Ok(conductor),
        }
    }

    fn walk_once<'s>(
        &'s self,
        input: Input,
        window: Option<&'s Window>,
        telling: &'s Telling<'s>,
        order: Order,
        halt: &Halt,
    ) -> Result<Conductor<'s>, Error> {
        let options = TallyOptions::new(
            self.settings.evidence,
            self.settings.context,
            &self.settings.limits,
        );
        let mut conductor = Conductor::new(
            &self.matcher,
            &self.settings,
            telling,
            &self.layouts,
            options,
        );
        if let Some(tracer) = &self.tracer {
            conductor.traced_by(tracer);
        }
        if let Some(window) = window {
            conductor.within(window);
        }
        let walked = conductor.run(self.pool(), input, order, halt.clone());
        telling.raise();
        if self.settings.cancel.is_set() {
            return Err(Error::cancelled());
        }
        walked?;
        Ok(conductor)
    }

    /// What a trace is made of: the number of the signature, its part of the tally, and the clocks.
    fn traced(&self, scanned: &mut Scanned) -> Option<(usize, Tally, Clocks)> {
        let traced = self.tracer.as_ref()?.signatures().first()?;
        let mut all = self.matcher.signatures().iter();
        let number = all.position(|signature| signature.id == traced.id)?;
        let mut tally = scanned.tally.of_signature(number);
        tally.attempts = std::mem::take(&mut scanned.tally.attempts);
        Some((number, tally, scanned.clocks.clone()))
    }
}

/// Whether a path can be read only once.
fn is_pipe(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}
