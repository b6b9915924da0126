//! Peels Docker's `json-file` wrapper: `{"log":"message\n","stream":"stderr","time":"2026-03-10T10:17:41.07Z"}`.
//! Does not join the parts of a line that Docker cut at 16 KiB; such a part has no `\n` at its end.
//! Source: moby `daemon/logger/jsonfilelog/jsonlog`. Invariant: the payload is decoded, owned text.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Envelope, Layer, stamp};

/// What dockerd writes to `<id>-json.log`.
pub(super) struct DockerJson;

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    stream: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
}

impl Envelope for DockerJson {
    fn id(&self) -> &'static str {
        "docker-json"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'{'
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        if !line.starts_with(b"{") || memchr::memmem::find(line, b"\"log\"").is_none() {
            return None;
        }
        let entry: Entry<'_> = serde_json::from_slice(line).ok()?;
        // Other JSON logs have a key `log` too; only Docker's has one of these beside it.
        if !matches!(entry.stream.as_deref(), Some("stdout" | "stderr")) {
            return None;
        }
        let stamp = entry
            .time
            .and_then(|time| stamp::whole_iso(time.as_bytes()));
        let text = entry.log.trim_end_matches(['\n', '\r']);
        let payload = Cow::Owned(text.as_bytes().to_vec());
        Some(Layer {
            stamp,
            payload,
            ..Layer::around(self.id(), line)
        })
    }
}
