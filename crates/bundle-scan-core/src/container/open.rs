//! Decides what to do with each stream of the walk: deliver it, decode it, or walk into it.
//!
//! Knows where a stream stands ([`Place`]) and nothing of any format. Invariant: a container deeper than `max_depth` is
//! not opened.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::base::contain::contained;
use crate::base::limits::Limits;
use crate::base::member_path::MemberPath;
use crate::base::problem::{Problem, ProblemKind};

use super::budget::Budget;
use super::codec::Codec;
use super::file::Mapping;
use super::guard::{Guarded, Stream};
use super::magic::{self, Format, HEAD_BYTES};
use super::part::{Held, MIN_PART_BYTES, Part};
use super::{Body, Member, Visitor, tar, zip};

/// Where a stream stands in the bundle.
#[derive(Clone)]
pub(super) struct Place {
    /// The member it is if it is no container.
    pub(super) member: Member,
    /// Its address as a container: what stands before the names in it, and where its problems happen. Empty for the
    /// bundle itself.
    pub(super) container: MemberPath,
    /// Whether the stream comes straight from a codec.
    pub(super) in_codec: bool,
    /// Containers around it.
    depth: usize,
}

impl Place {
    /// The bundle's own stream, known as `name`.
    pub(super) fn bundle(name: &MemberPath, modified: Option<i64>) -> Self {
        Place {
            member: Member {
                path: name.clone(),
                modified,
                size: None,
            },
            container: MemberPath::new(""),
            in_codec: false,
            depth: 0,
        }
    }

    /// A member of the archive that stands here.
    pub(super) fn child(&self, name: &[u8], modified: Option<i64>) -> Self {
        let mut name = MemberPath::from_bytes(name);
        if name.as_str().is_empty() {
            name = MemberPath::new("unnamed");
        }
        let path = self.container.nest(&name);
        Place {
            container: path.clone(),
            member: Member {
                path,
                modified,
                size: None,
            },
            in_codec: false,
            // An archive inside a codec, such as a tgz, is one container.
            depth: self.depth + usize::from(!self.in_codec),
        }
    }

    /// The same, with the size that is known beforehand.
    pub(super) fn with_size(mut self, size: u64) -> Self {
        self.member.size = Some(size);
        self
    }

    /// The same, with the time of its last change.
    pub(super) fn modified_at(mut self, modified: Option<i64>) -> Self {
        self.member.modified = modified;
        self
    }

    /// What comes out of the codec stream that stands here.
    fn decoded(&self) -> Self {
        let mut place = self.clone();
        place.member.size = None;
        place.in_codec = true;
        place.depth += 1;
        place
    }

    /// How deep a container lies that stands here; the bundle itself is 0.
    fn depth_of(&self, format: &Format) -> usize {
        let joined = self.in_codec && !matches!(format, Format::Codec(_));
        self.depth - usize::from(joined)
    }

    /// Whether this is the bundle itself.
    pub(super) fn is_bundle(&self) -> bool {
        self.container.as_str().is_empty()
    }
}

/// The state of one walk.
pub(super) struct Walker<'w> {
    /// What it may cost.
    pub(super) budget: &'w Budget,
    visitor: &'w mut dyn Visitor,
    /// The formats of the bundle's own stream, outermost first.
    formats: Vec<&'static str>,
}

impl<'w> Walker<'w> {
    /// A walk that has not begun.
    pub(super) fn new(budget: &'w Budget, visitor: &'w mut dyn Visitor) -> Self {
        Walker {
            budget,
            visitor,
            formats: Vec::new(),
        }
    }

    /// What the bundle is, if it is a container.
    pub(super) fn container_name(&self) -> Option<String> {
        if self.formats.is_empty() {
            return None;
        }
        let innermost_first: Vec<&str> = self.formats.iter().rev().copied().collect();
        Some(innermost_first.join("+"))
    }

    /// Opens the stream that stands at `place`, whatever it is.
    pub(super) fn open(&mut self, place: &Place, source: Guarded<'_>) -> ControlFlow<()> {
        self.contained(&place.container, |walker| walker.open_any(place, source))
    }

    /// Does `work`; a panic in it is a problem of `address`, and what stands around goes on: the reader in it is dropped, and all that is
    /// kept of a walk are numbers and problems.
    pub(super) fn contained(
        &mut self,
        address: &MemberPath,
        work: impl FnOnce(&mut Self) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        contained(address, || work(self)).unwrap_or_else(|problem| {
            let Problem { kind, detail, .. } = problem;
            self.budget.current.replace(MemberPath::new(""));
            self.budget.report(address, kind, detail);
            self.flush()
        })
    }

    fn open_any(&mut self, place: &Place, mut source: Guarded<'_>) -> ControlFlow<()> {
        let head = source.head(HEAD_BYTES);
        if head.is_empty() && source.stream().is_broken() {
            // Damaged from the start, and reported: there is nothing to deliver.
            return self.flush();
        }
        let format = magic::recognise(&head);
        let source = source.unread(head);
        if !self.admits(place, &format) {
            return self.flush();
        }
        match format {
            Format::Plain => self.deliver_stream(place, source),
            Format::Codec(codec) => self.decode(place, codec, source),
            Format::Tar => tar::walk(self, place, source),
            Format::Zip => zip::walk_stream(self, place, source),
            // `admits` has reported it.
            Format::Unsupported(_) | Format::Encrypted(_) => ControlFlow::Continue(()),
        }
    }

    /// Whether a stream of this format is to be opened here; a problem says why not.
    pub(super) fn admits(&mut self, place: &Place, format: &Format) -> bool {
        let name = match format {
            Format::Plain => return true,
            Format::Codec(codec) => codec.name(),
            Format::Tar => "tar",
            Format::Zip => "zip",
            Format::Unsupported(name) | Format::Encrypted(name) => name,
        };
        if place.is_bundle() {
            self.formats.push(name);
        }
        self.refusal(place, format).is_none_or(|(kind, detail)| {
            self.budget.report(&place.container, kind, detail);
            false
        })
    }

    fn refusal(&self, place: &Place, format: &Format) -> Option<(ProblemKind, String)> {
        let Limits {
            max_depth,
            max_ratio,
            ..
        } = *self.budget.limits();
        match format {
            Format::Unsupported(name) => Some((
                ProblemKind::Unsupported,
                format!("{name} archives cannot be read: repack it as .tar.gz or .zip"),
            )),
            Format::Encrypted(cipher) => Some((
                ProblemKind::Encrypted,
                format!("encrypted with {cipher}: decrypt it and scan the result"),
            )),
            _ if !place.is_bundle() && self.budget.is_in_bomb() => Some((
                ProblemKind::LimitReached,
                format!(
                    "the limit max_ratio = {max_ratio} is reached: it is not opened, because what was read so far decodes to too much"
                ),
            )),
            _ if place.depth_of(format) > max_depth => Some((
                ProblemKind::LimitReached,
                format!(
                    "the limit max_depth = {max_depth} is reached: unpack it and scan it by itself"
                ),
            )),
            _ => None,
        }
    }

    fn decode(
        &mut self,
        place: &Place,
        codec: &dyn Codec,
        mut source: Guarded<'_>,
    ) -> ControlFlow<()> {
        if let Some(room) = self.room_to_hold(place) {
            match room.fill(source) {
                Ok(held) => {
                    return self.apart(place, move |walker, place| {
                        let held = Box::new(Cursor::new(held));
                        let below = Stream::default();
                        let source = Guarded::stored(held, walker.budget, &place.container, below);
                        walker.open(place, source)
                    });
                }
                Err(unfit) => source = *unfit,
            }
        }
        let mut way = self.budget.terms.way;
        if !place.is_bundle() {
            // Others have work of their own.
            way.threads = 1;
        }
        let decoded = source.decoded(codec, way, &place.container);
        self.open(&place.decoded(), decoded)
    }

    /// Room for the encoded stream that stands here, if it can be held until another thread walks it.
    fn room_to_hold(&self, place: &Place) -> Option<Held> {
        let size = place.member.size.filter(|size| *size >= MIN_PART_BYTES)?;
        let is_nested = !place.in_codec && !place.is_bundle();
        (is_nested && self.visitor.has_room_for_parts())
            .then(|| Held::room(size, self.budget))
            .flatten()
    }

    /// Has what stands at `place` walked by itself.
    pub(super) fn apart(
        &mut self,
        place: &Place,
        work: impl FnOnce(&mut Walker<'_>, &Place) -> ControlFlow<()> + Send + 'static,
    ) -> ControlFlow<()> {
        let place = place.clone();
        let work = Box::new(move |walker: &mut Walker<'_>| work(walker, &place));
        self.visitor.part(Part::of(self.budget, work))
    }

    /// Pushes a stream that is no container.
    pub(super) fn deliver_stream(&mut self, place: &Place, source: Guarded<'_>) -> ControlFlow<()> {
        let mut body = source.body(&place.member.path);
        self.deliver(place, Body::Stream(&mut body))
    }

    /// Pushes a file in memory; `mapping` holds no more than the budget has granted.
    pub(super) fn deliver_mapped(&mut self, place: &Place, mapping: Mapping) -> ControlFlow<()> {
        self.deliver(place, Body::Mapped(Arc::new(mapping)))
    }

    fn deliver(&mut self, place: &Place, body: Body<'_>) -> ControlFlow<()> {
        self.budget.admit_member()?;
        let path = &place.member.path;
        self.budget.current.replace(path.clone());
        let flow = self.contained(path, |walker| walker.visitor.member(&place.member, body));
        self.budget.current.replace(MemberPath::new(""));
        self.flush()?;
        flow
    }

    /// Pushes the problems met so far. Breaks once a limit of the whole walk is reached.
    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        for problem in self.budget.take_problems() {
            self.visitor.problem(problem);
        }
        self.budget.flow()
    }
}
