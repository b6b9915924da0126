//! Scans a structured member: lines as lines, sections as lines and as facts.
//!
//! An event that is an object (JSON, YAML) is matched as the record that a row of an events table would give; its own lines are
//! not, so that nothing is counted twice.

use std::borrow::Cow;

use super::window::Window;
use crate::base::contain::contained;
#[cfg(test)]
use crate::base::contain::provoke;
use crate::base::legible::legible;
use crate::base::member_path::MemberPath;
use crate::base::problem::{Problem, ProblemKind};
use crate::fact::census::Census;
use crate::fact::reader::{Form, MAX_SECTION_BYTES, Piece, Reader};
use crate::fact::row::ByPosition;
use crate::fact::tree::Arena;
use crate::fact::{self, Ending, Fact, Section, kind};
use crate::finding::tally::Place;
use crate::finding::{Tally, TallyOptions};
use crate::matcher::costs::{Costs, Watch};
use crate::matcher::{Held, Match, Matcher, Sighting, Sink, event_line};
use crate::record::Record;
use crate::record::clock::Clock;
use crate::source::Source;
use crate::source::component::Component;
use crate::text::block::BlockView;
use crate::text::lines::count_lines;
use crate::text::recode::Origin;

/// What the scan of a member needs to know.
#[derive(Clone, Copy)]
pub(super) struct Setting<'s> {
    pub(super) matcher: &'s Matcher,
    pub(super) options: &'s TallyOptions,
    /// Knows the signature that is traced, if one is.
    pub(super) tracer: Option<&'s Matcher>,
    pub(super) path: &'s MemberPath,
    pub(super) source: &'s Source,
    /// When the member was last modified, in seconds since 1970-01-01T00:00:00Z.
    pub(super) modified: Option<i64>,
    /// The time that counts, if not all does.
    pub(super) window: Option<&'s Window>,
    /// Whether to note what it costs.
    pub(super) is_measured: bool,
    /// See [`Place::lines`].
    pub(super) lines: u64,
}

/// Whether a member may hold more than lines. Logs do not, by what they are; documents and settings only where the path names
/// a format, because they quote and show examples; any other text is told by how it begins.
pub(super) fn is_structured(source: &Source, path: &MemberPath, head: &[u8]) -> bool {
    match source.kind {
        "k8s-config" | "k8s-describe" | "k8s-events" | "k8s-object" | "k8s-table"
        | "os-command" => true,
        // For the version that it says at boot.
        "kernel" => true,
        "config" => Reader::knows_path(path),
        "text" => Reader::knows_path(path) || Reader::finds_section(head),
        _ => false,
    }
}

/// What was read so far of one member.
pub(super) struct StructuredScan {
    reader: Reader,
    /// For what is made of one section; empty between two of them.
    arena: Arena,
    so_far: SoFar,
    /// What broke it off: then the rest is not read.
    broken: Option<Problem>,
}

/// What the pieces told so far add up to.
#[derive(Debug, Default)]
pub(super) struct SoFar {
    pub(super) tally: Tally,
    pub(super) census: Census,
    /// Line ends.
    pub(super) lines: u64,
    /// Whether the last line has no line end.
    pub(super) open_line: bool,
    /// Whether a section breaks off.
    pub(super) is_cut: bool,
    /// Of the member.
    pub(super) bytes: u64,
    origin: Origin,
}

impl StructuredScan {
    pub(super) fn new(path: &MemberPath) -> Self {
        StructuredScan {
            reader: Reader::new(path),
            arena: Arena::default(),
            so_far: SoFar::default(),
            broken: None,
        }
    }

    /// What was found so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.so_far.tally
    }

    /// Reads the next block.
    pub(super) fn block(&mut self, setting: Setting<'_>, view: &BlockView<'_>) {
        let (so_far, arena) = (&mut self.so_far, &mut self.arena);
        if view.is_first() {
            so_far.bytes = view.offset;
            so_far.origin = view.origin.clone();
        }
        if self.broken.is_some() {
            return;
        }
        let own = view.bytes.get(view.own.clone()).unwrap_or_default();
        let fed = contained(setting.path, || {
            self.reader.feed(own, &mut |piece| {
                so_far.piece(setting, Some(view), &piece, arena);
                arena.clear();
            });
        });
        self.broken = fed.err();
    }

    /// Ends the member.
    pub(super) fn finish(mut self, setting: Setting<'_>) -> (SoFar, Vec<Problem>) {
        let (so_far, arena) = (&mut self.so_far, &mut self.arena);
        let finished = match self.broken {
            Some(problem) => Err(problem),
            None => contained(setting.path, || {
                self.reader.finish(&mut |piece| {
                    so_far.piece(setting, None, &piece, arena);
                    arena.clear();
                });
            }),
        };
        if let Err(problem) = finished {
            so_far.is_cut = true;
            return (self.so_far, vec![problem]);
        }
        so_far.is_cut |= self.reader.ended_early() && !so_far.census.facts.is_empty();
        let mut problems = Vec::new();
        let mut say = |kind, detail: String| {
            problems.push(Problem {
                member: setting.path.clone(),
                kind,
                detail,
            });
        };
        if so_far.is_cut {
            say(
                ProblemKind::Truncated,
                "a structured part of it breaks off or cannot be parsed: the facts read from the rest are kept".to_owned(),
            );
        }
        if self.reader.had_oversize() {
            let limit = MAX_SECTION_BYTES >> 20;
            say(
                ProblemKind::LimitReached,
                format!(
                    "an object or describe text of more than {limit} MiB was searched as lines only"
                ),
            );
        }
        (self.so_far, problems)
    }
}

impl SoFar {
    fn piece(
        &mut self,
        setting: Setting<'_>,
        block: Option<&BlockView<'_>>,
        piece: &Piece<'_>,
        arena: &Arena,
    ) {
        // Line numbers begin with 1.
        let setting = Setting {
            lines: self.lines + 1,
            ..setting
        };
        let (bytes, lines) = match piece {
            Piece::Lines(range) => {
                let Some(block) = block else { return };
                let own = block.own.start + range.start..block.own.start + range.end;
                let view = BlockView {
                    offset: self.bytes,
                    own: own.clone(),
                    ..block.clone()
                };
                (&block.bytes[own], setting.lines(&view, &mut self.tally))
            }
            Piece::Section {
                form,
                bytes,
                open_end,
            } => {
                let view = BlockView {
                    bytes,
                    own: 0..bytes.len(),
                    offset: self.bytes,
                    origin: self.origin.clone(),
                    at_start: true,
                    at_end: true,
                };
                (
                    *bytes,
                    setting.section(*form, &view, *open_end, arena, self),
                )
            }
        };
        self.bytes += self.origin.length_of(bytes);
        self.open_line = bytes.last().is_some_and(|last| *last != b'\n');
        self.lines += lines;
    }
}

/// Counts what the matcher meets in a view.
struct Counting<'c> {
    setting: &'c Setting<'c>,
    view: &'c BlockView<'c>,
    tally: &'c mut Tally,
    /// Where lines begin of which a signature knows the fact that they tell, ascending.
    explained: &'c [usize],
}

impl Sink for Counting<'_> {
    fn found(&mut self, found: &Match<'_>) {
        self.setting.add(self.tally, self.view, found);
    }

    fn unexplained(&mut self, error: &Sighting<'_>) {
        let setting = self.setting;
        let admits = |window: &Window| window.admits_error(error, setting.path, setting.source);
        let is_explained = self.explained.binary_search(&error.line.start).is_ok();
        if !is_explained && setting.window.is_none_or(admits) {
            let place = setting.place(self.view);
            self.tally.unexplained.add(error, place, setting.options);
        }
    }

    fn booted(&mut self, record: &Record<'_>) {
        self.tally.booted(record);
    }

    fn costs(&mut self) -> Option<&mut Costs> {
        self.tally.costs.as_deref_mut()
    }
}

impl Setting<'_> {
    fn place<'a>(&'a self, view: &'a BlockView<'a>) -> Place<'a> {
        Place {
            member: self.path,
            source: self.source,
            view,
            lines: self.lines,
        }
    }

    fn add(&self, tally: &mut Tally, view: &BlockView<'_>, found: &Match<'_>) {
        let signature = &self.matcher.signatures()[found.signature];
        let admits = |window: &Window| window.admits(found, signature, self.path, self.source);
        if self.window.is_none_or(admits) {
            tally.add(found, self.place(view), signature, self.options);
        }
    }

    /// Matches lines; how many line ends there are.
    pub(super) fn lines(&self, view: &BlockView<'_>, tally: &mut Tally) -> u64 {
        self.lines_besides(&[], view, tally)
    }

    /// Matches lines, of which some are explained: see [`Counting::explained`].
    fn lines_besides(&self, explained: &[usize], view: &BlockView<'_>, tally: &mut Tally) -> u64 {
        #[cfg(test)]
        provoke(self.path);
        let clock = Clock::rotated(self.modified, self.source.rotation.as_deref());
        if self.is_measured {
            tally.costs.get_or_insert_default();
        }
        if let Some(tracer) = self.tracer {
            tracer.try_lines(view, self.source, &clock, |attempt| {
                tally.attempts.add(attempt, self.place(view), self.options);
            });
        }
        let mut counting = Counting {
            setting: self,
            view,
            tally,
            explained,
        };
        self.matcher.scan(view, self.source, &clock, &mut counting)
    }

    /// Matches a section, as lines and as facts; how many line ends there are.
    fn section(
        &self,
        form: Form<'_>,
        view: &BlockView<'_>,
        open_end: bool,
        arena: &Arena,
        so_far: &mut SoFar,
    ) -> u64 {
        let tally = &mut so_far.tally;
        if matches!(form, Form::Plain) {
            return self.lines(view, tally);
        }
        let (text, text_start, header) = text_of(form, view.bytes);
        let section = Section {
            path: self.path,
            header,
            text: &text,
            modified: self.modified,
            open_end,
        };
        let held = Held::new(view, &text, text_start, self.source.component);
        let mut watch = Watch::new(self.is_measured);
        let mut facts = Vec::new();
        let parsed = fact::parse(form, &section, arena, &mut facts);
        let parsing = watch.lap();
        let is_object = matches!(form, Form::Json { .. } | Form::Yaml);
        so_far.is_cut |= parsed.ending == Ending::Cut;
        let explained = self.known_events(&facts, &held);
        let lines = if is_object && is_one_event(&facts) {
            let mut counting = Counting {
                setting: self,
                view,
                tally,
                explained: &explained,
            };
            for event in &facts {
                self.matcher.scan_event(event, &held, &mut counting);
                if let Some(tracer) = self.tracer {
                    tracer.try_event(event, &held, |attempt| {
                        let attempts = &mut counting.tally.attempts;
                        attempts.add(attempt, self.place(view), self.options);
                    });
                }
            }
            count_lines(view.bytes)
        } else if parsed.is_quotation {
            let source = Source {
                component: Some(Component::Config),
                ..self.source.clone()
            };
            let setting = Setting {
                source: &source,
                ..*self
            };
            setting.lines(view, tally)
        } else {
            self.lines_besides(&explained, view, tally)
        };
        watch.lap();
        for fact in &facts {
            so_far.census.note(fact);
            tally.shown.fact(fact);
            let fact = ByPosition::new(fact);
            if let Some(tracer) = self.tracer {
                tracer.try_fact(&fact, &held, |attempt| {
                    tally.attempts.add(attempt, self.place(view), self.options);
                });
            }
            self.matcher
                .scan_fact(&fact, &held, |found| self.add(tally, view, found));
            self.matcher.scan_well(&fact, |well| {
                let signature = &self.matcher.signatures()[well.signature];
                tally.add_well(well, self.source, signature);
            });
        }
        if let Some(costs) = &mut tally.costs {
            costs.facts += parsing + watch.lap();
        }
        lines
    }
}

impl Setting<'_> {
    /// Where the lines begin of events that some leaf asks for as facts, ascending: as lines they need no signature.
    fn known_events(&self, facts: &[Fact<'_>], held: &Held<'_>) -> Vec<usize> {
        let events = facts.iter().filter(|fact| *fact.kind == kind::EVENT);
        let known = events.filter(|event| {
            let mut is_known = false;
            let event = ByPosition::new(event);
            self.matcher.scan_fact(&event, held, |_| is_known = true);
            is_known
        });
        let mut lines: Vec<usize> = known.map(|event| event_line(event, held)).collect();
        lines.sort_unstable();
        lines
    }
}

fn is_one_event(facts: &[Fact<'_>]) -> bool {
    matches!(facts, [fact] if *fact.kind == kind::EVENT)
}

/// The text that is parsed, the byte where it begins, and the header. A list item of YAML loses its dash.
fn text_of<'a>(form: Form<'a>, bytes: &'a [u8]) -> (Cow<'a, str>, usize, &'a str) {
    let (start, header) = match form {
        Form::Text {
            header,
            header_bytes,
            ..
        } => (header_bytes, header),
        _ => (0, ""),
    };
    let bytes = bytes.get(start..).unwrap_or_default();
    let text = legible(bytes);
    match form {
        Form::Yaml => (without_dash(text), start, header),
        _ => (text, start, header),
    }
}

fn without_dash(text: Cow<'_, str>) -> Cow<'_, str> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    let is_item = text
        .get(indent..)
        .is_some_and(|rest| rest.starts_with("- "));
    if !is_item {
        return text;
    }
    let mut owned = text.into_owned();
    owned.replace_range(indent..=indent, " ");
    Cow::Owned(owned)
}
