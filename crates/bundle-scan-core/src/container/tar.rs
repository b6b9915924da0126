//! Walks a tar archive front to back: v7, ustar, GNU and PAX, long names included.
//!
//! Delivers regular files; directories, links and devices have no content of their own and are skipped. A damaged header
//! costs the members up to the next sound one. Invariants: what describes a member - names, PAX records, sparse maps -
//! is bounded, since it is held in memory; an archive may end after any member, with or without its end blocks.
//!
//! Sources: POSIX.1-2024 `pax`; GNU tar 1.35, "Basic Tar Format" and "GNU Extensions to the Archive Format".

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;

use ::tar::{Archive, Entries, Entry, EntryType};

use crate::base::problem::ProblemKind;

use super::guard::{Guarded, Stream};
use super::magic::{self, TAR_BLOCK_BYTES};
use super::open::{Place, Walker};

/// Encoded bytes read at a time from a tar that is not compressed.
const READ_BYTES: usize = 256 << 10;
/// What may describe one member. Linux limits a path to 4 KiB; PAX records may hold a few of them and attributes.
const MAX_HEADER_BYTES: u64 = 1 << 20;
/// Damaged headers after which the rest of an archive is given up.
const MAX_DAMAGED_HEADERS: usize = 64;

/// Walks the archive that stands at `place`.
pub(super) fn walk(walker: &mut Walker<'_>, place: &Place, source: Guarded<'_>) -> ControlFlow<()> {
    let state = State::new(source.stream());
    let inner: Box<dyn Read + '_> = if place.in_codec {
        Box::new(source)
    } else {
        Box::new(BufReader::with_capacity(READ_BYTES, source))
    };
    let mut blocks = Blocks {
        inner,
        state: &state,
        pushed_back: io::Cursor::default(),
    };
    for _ in 0..MAX_DAMAGED_HEADERS {
        let mut archive = Archive::new(blocks);
        let sound = walk_entries(walker, place, &mut archive, &state)?;
        blocks = archive.into_inner();
        if sound || !blocks.resynchronise() {
            break;
        }
    }
    if place.in_codec {
        // The checksum of the compressed stream stands at its end, after the padding of the tar.
        let mut rest = Guarded::stored(
            Box::new(blocks),
            walker.budget,
            &place.container,
            state.below.clone(),
        );
        rest.skip_rest();
    }
    walker.flush()
}

/// Walks up to the end or to a damaged header; says whether it was the end.
fn walk_entries<'a>(
    walker: &mut Walker<'_>,
    place: &Place,
    archive: &mut Archive<Blocks<'a>>,
    state: &State,
) -> ControlFlow<(), bool> {
    let mut entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return ControlFlow::Continue(state.report(walker, place, &error)),
    };
    while let Some(next) = state.next(&mut entries) {
        match next {
            Ok(entry) => walk_entry(walker, place, entry, state)?,
            Err(error) => return ControlFlow::Continue(state.report(walker, place, &error)),
        }
        if state.exhausted.get() {
            return ControlFlow::Continue(true);
        }
    }
    ControlFlow::Continue(true)
}

/// Opens one entry and reads what its visitor left of it.
fn walk_entry(
    walker: &mut Walker<'_>,
    place: &Place,
    mut entry: Entry<'_, Blocks<'_>>,
    state: &State,
) -> ControlFlow<()> {
    let budget = walker.budget;
    budget.begin_entry();
    budget.charge_overhead(TAR_BLOCK_BYTES as u64)?;
    let child = place_of(place, &entry);
    if has_content(&entry) {
        if budget.is_bomb(entry.header().entry_size().unwrap_or(0), entry.size()) {
            budget.reached_ratio(&child.container);
            return walker.flush();
        }
        let body = Guarded::stored(
            Box::new(&mut entry),
            budget,
            &child.container,
            state.below.entry(),
        );
        walker.open(&child, body)?;
    }
    Guarded::stored(
        Box::new(&mut entry),
        budget,
        &child.container,
        state.below.clone(),
    )
    .skip_rest();
    if state.exhausted.get() && !state.below.is_broken() {
        let detail = "the archive ends inside this member: what came before is scanned";
        budget.report(&child.container, ProblemKind::Truncated, detail.to_owned());
    }
    walker.flush()
}

fn place_of(place: &Place, entry: &Entry<'_, Blocks<'_>>) -> Place {
    // An archive that was written without times has zeros.
    let modified = entry.header().mtime().ok().filter(|seconds| *seconds != 0);
    let modified = modified.and_then(|seconds| i64::try_from(seconds).ok());
    place
        .child(&entry.path_bytes(), modified)
        .with_size(entry.size())
}

/// Whether an entry is a regular file. Archives of the v7 format mark directories by a slash only.
fn has_content(entry: &Entry<'_, Blocks<'_>>) -> bool {
    let regular = matches!(
        entry.header().entry_type(),
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse
    );
    regular && !entry.path_bytes().ends_with(b"/")
}

/// What the reader below the archive and the walk above it tell each other.
struct State {
    below: Stream,
    /// Bytes that may be read until the next entry is found.
    allowance: Cell<u64>,
    /// Bytes read so far.
    position: Cell<u64>,
    /// Whether more was asked for than there is.
    exhausted: Cell<bool>,
}

impl State {
    fn new(below: Stream) -> Self {
        State {
            below,
            allowance: Cell::new(u64::MAX),
            position: Cell::new(0),
            exhausted: Cell::new(false),
        }
    }

    /// Finds the next entry within the allowance for headers.
    fn next<'e, 'b>(
        &self,
        entries: &mut Entries<'e, Blocks<'b>>,
    ) -> Option<io::Result<Entry<'e, Blocks<'b>>>> {
        self.allowance.set(MAX_HEADER_BYTES);
        let next = entries.next();
        self.allowance.set(u64::MAX);
        next
    }

    /// Reports a header that cannot be read; says whether nothing can follow it.
    fn report(&self, walker: &Walker<'_>, place: &Place, error: &io::Error) -> bool {
        if self.below.is_broken() {
            return true;
        }
        let cut = self.exhausted.get();
        let (kind, detail) = if cut {
            let detail = "the archive ends inside a header: what came before is scanned";
            (ProblemKind::Truncated, detail.to_owned())
        } else {
            let detail =
                format!("a header of the archive is damaged ({error}): members may be missing");
            (ProblemKind::Corrupt, detail)
        };
        walker.budget.report(&place.container, kind, detail);
        cut
    }
}

/// The archive's bytes.
struct Blocks<'a> {
    inner: Box<dyn Read + 'a>,
    state: &'a State,
    /// A block that was read ahead.
    pushed_back: io::Cursor<Vec<u8>>,
}

impl Blocks<'_> {
    /// Skips blocks up to the next sound header; says whether there is one.
    fn resynchronise(&mut self) -> bool {
        let position = self.state.position.get();
        let unit = TAR_BLOCK_BYTES as u64;
        let mut missing = position.next_multiple_of(unit) - position;
        loop {
            let mut block = Vec::with_capacity(TAR_BLOCK_BYTES);
            // The reader below ends instead of failing.
            let _ = self.by_ref().take(missing).read_to_end(&mut block);
            if magic::is_tar_header(&block) {
                self.pushed_back = io::Cursor::new(block);
                return true;
            }
            if self.state.exhausted.get() {
                return false;
            }
            missing = unit;
        }
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.pushed_back.read(out)?;
        if ahead > 0 || out.is_empty() {
            return Ok(ahead);
        }
        let state = self.state;
        let allowed = usize::try_from(state.allowance.get()).unwrap_or(usize::MAX);
        if allowed == 0 {
            return Err(io::Error::other("it describes a member in more than 1 MiB"));
        }
        let length = out.len().min(allowed);
        let count = self.inner.read(out.get_mut(..length).unwrap_or_default())?;
        state
            .allowance
            .set(state.allowance.get().saturating_sub(count as u64));
        state.position.set(state.position.get() + count as u64);
        state.exhausted.set(state.exhausted.get() || count == 0);
        Ok(count)
    }
}
