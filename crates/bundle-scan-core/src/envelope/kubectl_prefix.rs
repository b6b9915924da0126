//! Peels what `kubectl logs` puts before a line: the time with `--timestamps`, the pod with `--prefix`.
//! Does not decide who speaks by the pod name in the prefix (`source`).
//! Source: kubectl `pkg/cmd/logs/logs.go` (`addPrefixIfNeeded`), kubelet `kuberuntime/logs/logs.go`
//! (`RFC3339NanoFixed`, before 1.20 `RFC3339NanoLenient`). Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, stamp};

/// Fewest digits of the fraction in the time of a prefix: the kubelet writes nine, and older ones left out zeros at
/// the end. Programs that stamp their own lines write milli- or microseconds.
const FEWEST_FRACTION_DIGITS: usize = 7;

/// `2026-03-10T10:17:41.075997123Z message`.
pub(super) struct Timestamps;

/// `[pod/web-0/app] message`.
pub(super) struct PodPrefix;

impl Envelope for Timestamps {
    fn id(&self) -> &'static str {
        "kubectl-timestamps"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = stamp::iso_zoned(&mut reader)?;
        reader.literal(b" ")?;
        let mut fraction = Reader::new(line);
        fraction.until(b'.')?;
        let digits = fraction.take_while(|byte| byte.is_ascii_digit());
        if digits.len() < FEWEST_FRACTION_DIGITS || fraction.rest().len() < reader.rest().len() {
            return None;
        }
        Some(Layer {
            stamp: Some(stamp),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

impl Envelope for PodPrefix {
    fn id(&self) -> &'static str {
        "kubectl-prefix"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'['
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        reader.literal(b"[pod/")?;
        let pod = reader.word(is_name)?;
        reader.literal(b"/")?;
        reader.word(is_name)?;
        reader.literal(b"] ")?;
        Some(Layer {
            pod: Some(pod),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}

/// Whether a byte may stand in the name of a pod or a container: RFC 1123 subdomains.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
}
