//! Peels all layers off a line and joins what they say.
//! Does not know any single format. Invariants: see the room; an events table row is never looked for inside another
//! envelope, because there it is a program quoting one.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::event_row::EventTable;
use super::{ENVELOPES, Envelope, EventRow, Layer, Level, MAX_LAYERS};
use crate::base::time::Stamp;

/// The ids of the envelopes that were taken off, outermost first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    ids: [&'static str; MAX_LAYERS],
    count: usize,
}

impl Layers {
    /// The ids, outermost first.
    pub fn as_slice(&self) -> &[&'static str] {
        self.ids.get(..self.count).unwrap_or_default()
    }

    /// Whether an envelope was taken off at any depth.
    pub fn contains(&self, envelope: &str) -> bool {
        self.as_slice().contains(&envelope)
    }

    fn push(&mut self, envelope: &'static str) {
        if let Some(slot) = self.ids.get_mut(self.count) {
            *slot = envelope;
            self.count += 1;
        }
    }
}

/// All layers of a line, joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Peeled<'a> {
    /// The best stamp: the outermost, unless only one further in has a zone.
    pub stamp: Option<Stamp>,
    /// The stamp without a zone beside which `stamp` stands.
    pub local: Option<Stamp>,
    /// Nanoseconds since the machine booted, where a layer says that.
    pub uptime: Option<i64>,
    /// The innermost level.
    pub level: Option<Level>,
    /// The outermost host.
    pub host: Option<Cow<'a, [u8]>>,
    /// The outermost syslog tag or journal identifier.
    pub tag: Option<Cow<'a, [u8]>>,
    /// The pod whose log the line is from.
    pub pod: Option<Cow<'a, [u8]>>,
    /// The row of an events table that the line is.
    pub event: Option<EventRow<'a>>,
    /// Which envelopes were taken off.
    pub layers: Layers,
    /// What remains inside all envelopes.
    pub payload: Cow<'a, [u8]>,
}

/// Takes all envelopes off a line, at most [`MAX_LAYERS`] deep. A line without a known envelope is its own payload.
pub fn peel(line: &[u8]) -> Peeled<'_> {
    let mut peeled = Peeled::bare(line);
    while peeled.layers.count < MAX_LAYERS && peeled.event.is_none() && peeled.peel_one() {}
    peeled
}

impl<'a> Peeled<'a> {
    fn bare(line: &'a [u8]) -> Self {
        Peeled {
            stamp: None,
            local: None,
            uptime: None,
            level: None,
            host: None,
            tag: None,
            pod: None,
            event: None,
            layers: Layers::default(),
            payload: Cow::Borrowed(line),
        }
    }

    /// Takes one layer off the payload. Whether that left something new to look at.
    fn peel_one(&mut self) -> bool {
        let before = self.payload.len();
        let found = match std::mem::take(&mut self.payload) {
            Cow::Borrowed(payload) => self.peel_borrowed(payload),
            Cow::Owned(payload) => self.peel_owned(payload),
        };
        found && self.payload.len() != before
    }

    fn peel_borrowed(&mut self, payload: &'a [u8]) -> bool {
        self.payload = Cow::Borrowed(payload);
        let envelopes = match self.layers.count {
            0 => &OUTERMOST,
            _ => &INSIDE,
        };
        let Some(mut layer) = envelopes.peel(payload) else {
            return false;
        };
        self.event = layer.event.take();
        self.join(layer, Cow::Borrowed);
        true
    }

    /// As [`Peeled::peel_borrowed`] for a payload that was decoded: what is kept of it must be copied.
    fn peel_owned(&mut self, payload: Vec<u8>) -> bool {
        let Some(layer) = INSIDE.peel(&payload) else {
            self.payload = Cow::Owned(payload);
            return false;
        };
        self.join(layer, |part| Cow::Owned(part.to_vec()));
        true
    }

    /// Joins a layer further in, its event row apart, to what is known.
    fn join<'b>(&mut self, layer: Layer<'b>, keep: impl Fn(&'b [u8]) -> Cow<'a, [u8]>) {
        self.layers.push(layer.envelope);
        let outer = self.stamp;
        self.stamp = better_stamp(outer, layer.stamp);
        self.local = self.local.or(outer.filter(|_| self.stamp != outer));
        self.uptime = self.uptime.or(layer.uptime);
        self.level = layer.level.or(self.level);
        self.host = self.host.take().or(layer.host.map(&keep));
        self.tag = self.tag.take().or(layer.tag.map(&keep));
        self.pod = self.pod.take().or(layer.pod.map(&keep));
        self.payload = match layer.payload {
            Cow::Borrowed(payload) => keep(payload),
            Cow::Owned(payload) => Cow::Owned(payload),
        };
    }
}

/// Envelopes in their order, for each byte that a line may begin with.
struct ByFirst(Vec<Vec<&'static dyn Envelope>>);

impl ByFirst {
    fn new(envelopes: impl Iterator<Item = &'static dyn Envelope> + Clone) -> Self {
        let of = |first: u8| envelopes.clone().filter(move |it| it.begins(first));
        ByFirst((0..=u8::MAX).map(|first| of(first).collect()).collect())
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut envelopes = self.0.get(usize::from(*line.first()?))?.iter();
        envelopes.find_map(|envelope| envelope.peel(line))
    }
}

/// What a line may be wrapped in.
static OUTERMOST: LazyLock<ByFirst> = LazyLock::new(|| ByFirst::new(ENVELOPES.iter().copied()));

/// What the payload of another envelope may be wrapped in.
static INSIDE: LazyLock<ByFirst> = LazyLock::new(|| {
    let envelopes = ENVELOPES.iter().copied();
    ByFirst::new(envelopes.filter(|envelope| envelope.id() != EventTable.id()))
});

/// The outer stamp is when the line was recorded; an inner one wins only by a zone that the outer one lacks.
fn better_stamp(outer: Option<Stamp>, inner: Option<Stamp>) -> Option<Stamp> {
    match (outer, inner) {
        (Some(Stamp::Zoned(_)), _) => outer,
        (_, Some(Stamp::Zoned(_))) => inner,
        _ => outer.or(inner),
    }
}
