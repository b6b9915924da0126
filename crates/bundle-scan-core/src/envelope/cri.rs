//! Peels the CRI log header off a line: `2026-03-10T10:17:41.075997123Z stdout F message`.
//! Does not join partial (`P`) lines. Source: Kubernetes design proposal "CRI: log management", and
//! `pkg/kubelet/kuberuntime/logs/logs.go`. Invariant: the payload is a suffix of the input.

use super::reader::Reader;
use super::{Envelope, Layer, stamp};

/// The format that containerd and cri-o write below `/var/log/pods`.
pub(super) struct Cri;

impl Envelope for Cri {
    fn id(&self) -> &'static str {
        "cri"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = stamp::iso_zoned(&mut reader)?;
        reader.literal(b" std")?;
        if !reader.optional(b"out ") && !reader.optional(b"err ") {
            return None;
        }
        reader.one_of(b"PF")?;
        if reader.optional(b":") {
            reader.take_while(|byte| byte != b' ');
        }
        if !reader.optional(b" ") && !reader.rest().is_empty() {
            return None;
        }
        Some(Layer {
            stamp: Some(stamp),
            ..Layer::around(self.id(), reader.rest())
        })
    }
}
