//! A line, understood: its time, level and speaker, and the text that signatures see.
//!
//! Runs only on lines that hold a hit. Multi-line groups are not assembled here; a record is one line.

pub mod clock;

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::base::legible::legible;
use crate::base::time::Reading;
use crate::envelope::{self, Level, Peeled};
use crate::source::component::Component;
use crate::source::{Source, speaker};
use clock::Clock;

/// One line with its envelope taken off.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The line as it stands in the member.
    pub line: &'a [u8],
    /// When it was written.
    pub reading: Option<Reading>,
    /// What the machine's clock showed in its own zone, where the line says that beside a stamp with a zone.
    pub local: Option<Reading>,
    /// Nanoseconds since the machine booted, where the line says that beside its stamp.
    pub uptime: Option<i64>,
    /// How bad the writer thought it was.
    pub level: Option<Level>,
    /// Who speaks; `None` when that cannot be told.
    pub component: Option<Component>,
    /// The host that the envelope names.
    pub host: Option<Cow<'a, [u8]>>,
    /// The object that an event is about: `pod/web-0`.
    pub object: Option<Cow<'a, [u8]>>,
    /// The pod whose log it is from, where the line says that.
    pub pod: Option<Cow<'a, [u8]>>,
    /// How often it happened: an event row may stand for many (`x12 over 5m`).
    pub repeats: u64,
    /// What signatures see: the innermost payload in UTF-8, trimmed, with `\"` read as `"`.
    pub text: Cow<'a, [u8]>,
}

impl<'a> Record<'a> {
    /// Whether its writer tells an error, or an event that is not normal; what an echo quotes is nobody's error.
    pub fn is_error(&self) -> bool {
        let least = match self.component {
            Some(Component::Event) => Level::Warning,
            Some(speaker) if speaker.is_echo() => return false,
            _ => Level::Error,
        };
        self.level.is_some_and(|level| level >= least)
    }

    /// Takes the envelopes off a line of the given source.
    pub fn read(line: &'a [u8], source: &Source, clock: &Clock) -> Self {
        let peeled = envelope::peel(line);
        let component = speaker(source, &peeled);
        let Peeled {
            stamp,
            local,
            uptime,
            level,
            host,
            pod,
            event,
            payload,
            ..
        } = peeled;
        Record {
            line,
            reading: stamp.and_then(|stamp| clock.read(stamp)),
            local: local.and_then(|stamp| clock.read(stamp)),
            uptime,
            level,
            component,
            host,
            repeats: event.as_ref().map_or(1, |row| row.count.max(1)),
            object: event.and_then(|row| row.object),
            pod,
            text: readable(plain_quotes(trimmed(payload))),
        }
    }
}

/// An event that was not read from a line: an object of a list.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The line on which its message stands.
    pub line: &'a [u8],
    /// When it last happened.
    pub reading: Option<Reading>,
    /// `Normal` or `Warning`.
    pub level: &'a str,
    /// The machine-readable reason.
    pub reason: &'a str,
    /// The message.
    pub message: &'a str,
    /// What it is about: `pod/web-0`.
    pub object: Option<&'a str>,
    /// How often it happened.
    pub count: u64,
}

impl<'a> Record<'a> {
    /// The record that the row of a table for the same event would give.
    pub fn of_event(event: Event<'a>) -> Self {
        let text = format!("{}: {}", event.reason, event.message.trim());
        Record {
            line: event.line,
            reading: event.reading,
            local: None,
            uptime: None,
            level: Some(match event.level {
                "Warning" => Level::Warning,
                _ => Level::Info,
            }),
            component: Some(Component::Event),
            host: None,
            object: event.object.map(|object| Cow::Borrowed(object.as_bytes())),
            pod: None,
            repeats: event.count.max(1),
            text: plain_quotes(Cow::Owned(text.into_bytes())),
        }
    }
}

/// Text in UTF-8: regexes do not step over bytes that are none.
fn readable(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let decoded = match legible(&text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(decoded) => Some(decoded),
    };
    decoded.map_or(text, |decoded| Cow::Owned(decoded.into_bytes()))
}

fn trimmed(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_vec()),
    }
}

static ESCAPED_QUOTE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\\\""));

/// Drops the backslashes before a quote: error texts are quoted once for each layer that passes them on.
fn plain_quotes(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let mut next = ESCAPED_QUOTE.find(&text);
    if next.is_none() {
        return text;
    }
    let mut plain: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = &text[..];
    while let Some(at) = next {
        plain.extend_from_slice(&rest[..at]);
        while plain.last() == Some(&b'\\') {
            plain.pop();
        }
        plain.push(b'"');
        rest = &rest[at + ESCAPED_QUOTE.needle().len()..];
        next = ESCAPED_QUOTE.find(rest);
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_quotes_read_as_quotes() {
        for (given, expected) in [
            (
                r#"err="failed to \"Start\" x""#,
                r#"err="failed to "Start" x""#,
            ),
            (r#"image \\\"a/b:1\\\""#, r#"image "a/b:1""#),
            (r"C:\path", r"C:\path"),
        ] {
            assert_eq!(
                plain_quotes(given.as_bytes().into()),
                given.replace(given, expected).as_bytes()
            );
        }
    }
}
