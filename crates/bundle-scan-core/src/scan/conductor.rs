//! One walk through one bundle, from the input to what a report is made of.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rayon::ThreadPool;

use super::ScannerBuilder;
use super::crew::Hands;
use super::desk::Desk;
use super::gather::Gather;
use super::reading::{Noted, Reading, ReadingTime, Shared};
use super::telling::Telling;
use super::window::Window;
use crate::base::halt::Halt;
use crate::base::member_path::MemberPath;
use crate::container::{self, Input, OpenError, Terms, Totals, Way};
use crate::finding::TallyOptions;
use crate::finding::clocks::Clocks;
use crate::layout::Layouts;
use crate::matcher::Matcher;
use crate::report::{Bundle, Scanned};

/// In which order the parts of a bundle are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// In that of the bundle.
    Kept,
    /// In any that is fast.
    Any,
}

/// One scan of one bundle.
pub(super) struct Conductor<'s> {
    matcher: &'s Matcher,
    settings: &'s ScannerBuilder,
    tracer: Option<&'s Matcher>,
    window: Option<&'s Window>,
    telling: &'s Telling<'s>,
    layouts: &'s Layouts,
    options: TallyOptions,
    gather: Gather,
    /// What the bundle is, once it was walked.
    container: String,
    totals: Arc<Totals>,
    noted: Noted,
}

impl<'s> Conductor<'s> {
    pub(super) fn new(
        matcher: &'s Matcher,
        settings: &'s ScannerBuilder,
        telling: &'s Telling<'s>,
        layouts: &'s Layouts,
        options: TallyOptions,
    ) -> Self {
        Conductor {
            matcher,
            settings,
            tracer: None,
            window: None,
            telling,
            layouts,
            options,
            gather: Gather::new(options),
            container: String::new(),
            totals: Arc::default(),
            noted: Noted::default(),
        }
    }

    /// Notes what became of every attempt to match one of the signatures that `tracer` knows.
    pub(super) fn traced_by(&mut self, tracer: &'s Matcher) {
        self.tracer = Some(tracer);
    }

    /// Counts only what lies in a window.
    pub(super) fn within(&mut self, window: &'s Window) {
        self.window = Some(window);
    }

    /// Walks the input. With a pool one of its threads reads while the others scan, and scans itself when it is ahead of them; without one
    /// the calling thread does both. Parts may be walked in any order where `order`
    /// says so, and `halt` tells when it ends early.
    ///
    /// # Errors
    /// When the input cannot be opened or is empty.
    pub(super) fn run(
        &mut self,
        pool: Option<&ThreadPool>,
        input: Input,
        order: Order,
        halt: Halt,
    ) -> Result<(), OpenError> {
        let limits = &self.settings.limits;
        let threads = pool.map_or(1, ThreadPool::current_num_threads);
        let terms = Terms {
            limits: Arc::new(limits.clone()),
            way: Way {
                means: self.settings.means,
                threads: threads as u32,
                maps_files: self.settings.maps_files,
            },
            halt,
            totals: Arc::clone(&self.totals),
        };
        let shared = Shared {
            desk: Desk {
                matcher: self.matcher,
                gather: &self.gather,
                telling: self.telling,
                tracer: self.tracer,
                window: self.window,
                options: self.options,
                max_line_bytes: limits.max_line_bytes,
                is_measured: self.settings.profile,
            },
            settings: self.settings,
            layouts: self.layouts,
            totals: &self.totals,
            hands: Hands::of(threads, order == Order::Any),
            noted: Mutex::default(),
        };
        let walk = |mut reading: Reading<'_, '_>| {
            let container = container::walk(input, terms, &mut reading);
            reading.end();
            container
        };
        let container = match pool {
            None => walk(Reading::alone(&shared)),
            Some(pool) => pool.scope(|scope| walk(Reading::lead(&shared, scope))),
        };
        self.noted = shared.into_noted();
        self.container = container?;
        Ok(())
    }

    /// Whether a limit of the whole walk was reached, and parts were walked in any order: then it depends on chance what was scanned.
    pub(super) fn is_left_to_chance(&self) -> bool {
        self.noted.parts > 0 && self.totals.is_order_felt() && !self.totals.is_halted()
    }

    /// Members in the midst of which a machine booted: their uptimes alone tell no time.
    pub(super) fn rebooted(&self) -> BTreeSet<MemberPath> {
        self.gather.rebooted()
    }

    pub(super) fn reading_time(&self) -> ReadingTime {
        self.noted.spent
    }

    /// What the report is made of.
    pub(super) fn finish(self, name: &str) -> Scanned {
        let mut gathered = self.gather.into_gathered();
        gathered.coverage.hear(gathered.tally.components());
        let homes = gathered.trees.settle(&gathered.census.nodes);
        let shown = &gathered.tally.shown;
        // Within a window fewer lines tell of the clocks.
        let clocks = match self.window {
            Some(window) => window.clocks.clone(),
            None => Clocks::new(shown, self.settings.utc_offset, &homes),
        };
        Scanned {
            bundle: Bundle {
                path: name.to_owned(),
                container: self.container,
                layout: self.noted.layout.layout(self.layouts),
                captured_at: clocks.captured_at(),
                window: self.window.map(|window| window.bounds),
                hosts: gathered.hosts.into_iter().collect(),
                bytes_read: self.totals.bytes_read(),
                bytes_decoded: self.totals.bytes_decoded(),
            },
            tally: gathered.tally,
            signatures: self.matcher.signatures().to_vec(),
            coverage: gathered
                .coverage
                .finish(self.matcher.set(), &gathered.census, &clocks),
            clocks,
            storage: gathered.storage.settle(&homes),
            homes,
            census: gathered.census,
            problems: [self.noted.problems, gathered.problems].concat(),
            options: self.options,
        }
    }
}
