//! Takes off what wraps a line: syslog, journal, CRI, docker JSON, dmesg, klog, an events table and so on.
//!
//! Each format is one file with one or more [`Envelope`]s, registered in [`ENVELOPES`]; [`peel`] takes off layer after
//! layer and joins what they say. It runs only on lines that contain a hit, so it favours clarity.
//!
//! Does not join partial lines, fill in years or zones (`record`), or decide who speaks (`source::speaker`).
//! Invariants: any bytes may come; a borrowed payload is a suffix of the line; a decoded one is owned; at most
//! [`MAX_LAYERS`] layers are taken off, each in time linear in the line.

mod cloud_init;
mod coredns;
mod cri;
mod dmesg;
mod docker_json;
mod event_row;
mod journal;
mod journal_json;
mod json_log;
mod klog;
mod kubectl_prefix;
mod level;
mod logrus;
mod nginx_error;
mod peeled;
mod python_java;
mod reader;
mod stamp;
mod syslog;
#[cfg(test)]
mod tests;
mod zap;

use std::borrow::Cow;

use crate::base::time::Stamp;

pub use event_row::EventRow;
pub use level::Level;
pub use peeled::{Layers, Peeled, peel};

/// Layers taken off one line. Deeper nesting than syslog around klog around JSON was not seen; four leave one spare.
pub const MAX_LAYERS: usize = 4;

/// One layer taken off a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer<'a> {
    /// The id of the envelope.
    pub envelope: &'static str,
    /// When the line was written.
    pub stamp: Option<Stamp>,
    /// Nanoseconds since the machine booted, where the line says that beside its stamp.
    pub uptime: Option<i64>,
    /// How severe the line calls itself.
    pub level: Option<Level>,
    /// The host that wrote it.
    pub host: Option<&'a [u8]>,
    /// The syslog tag or journal identifier, without the process id.
    pub tag: Option<&'a [u8]>,
    /// The pod whose log the line is from.
    pub pod: Option<&'a [u8]>,
    /// The row of an events table that the line is.
    pub event: Option<EventRow<'a>>,
    /// What remains: a suffix of the line, or decoded text.
    pub payload: Cow<'a, [u8]>,
}

impl<'a> Layer<'a> {
    /// A layer that says nothing yet, around `payload`.
    fn around(envelope: &'static str, payload: &'a [u8]) -> Self {
        Layer {
            envelope,
            stamp: None,
            uptime: None,
            level: None,
            host: None,
            tag: None,
            pod: None,
            event: None,
            payload: Cow::Borrowed(payload),
        }
    }
}

/// One format that wraps lines.
pub trait Envelope: Sync {
    /// The stable, kebab-case name of the format.
    fn id(&self) -> &'static str;

    /// Whether a line of the format may begin with this byte; others are not held against it.
    fn begins(&self, first: u8) -> bool;

    /// Takes the envelope off `line`; `None` where the line has another format.
    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>>;
}

/// All formats, most specific first: the first that takes a line wins.
pub static ENVELOPES: &[&dyn Envelope] = &[
    &docker_json::DockerJson,
    &journal_json::JournalJson,
    &json_log::JsonLog,
    &cri::Cri,
    &syslog::Rfc5424,
    &syslog::Rfc3164,
    &journal::Full,
    &journal::ShortUnix,
    &klog::Klog,
    &zap::Zap,
    &cloud_init::CloudInit,
    &nginx_error::NginxError,
    &dmesg::Iso,
    &dmesg::Readable,
    &journal::ShortMonotonic,
    &dmesg::Dmesg,
    &logrus::Logrus,
    &coredns::Coredns,
    &logrus::LogrusTty,
    &cloud_init::CloudInitOutput,
    &kubectl_prefix::Timestamps,
    &syslog::SyslogIso,
    &kubectl_prefix::PodPrefix,
    &python_java::PythonJava,
    &event_row::EventTable,
];
