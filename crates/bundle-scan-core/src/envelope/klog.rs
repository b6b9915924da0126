//! Peels the klog header off a line: `E0112 10:11:12.000001    1234 kubelet.go:99] message`, also with a year.
//! Does not decode the structured tail, decide the year (`record`) or who speaks (`source::component`).
//! Source: the header comment in k8s.io/klog/v2 `klog.go`. Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};

/// The format of most Kubernetes components.
pub(super) struct Klog;

impl Envelope for Klog {
    fn id(&self) -> &'static str {
        "klog"
    }

    fn begins(&self, first: u8) -> bool {
        matches!(first, b'I' | b'W' | b'E' | b'F')
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let level = level(reader.one_of(b"IWEF")?);
        let stamp = stamp::klog(&mut reader)?;
        reader.literal(b" ")?;
        reader.spaces();
        reader.number(1..=10)?;
        reader.literal(b" ")?;
        reader.word(|byte| byte != b':' && byte != b']')?;
        reader.literal(b":")?;
        reader.number(1..=9)?;
        reader.literal(b"]")?;
        reader.optional(b" ");
        Some(Layer {
            stamp: Some(stamp),
            level: Some(level),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

fn level(letter: u8) -> Level {
    match letter {
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'F' => Level::Critical,
        _ => Level::Info,
    }
}
