//! Peels `journalctl -o json`: `{"__REALTIME_TIMESTAMP":"1773137861075997","SYSLOG_IDENTIFIER":"kubelet",...}`, also
//! with the prefixes of `json-seq` and `json-sse`. Does not read `json-pretty`, which spans lines.
//! Source: systemd `docs/JOURNAL_EXPORT_FORMATS.md`, section "Journal JSON Format". Values are strings; a text that is
//! not UTF-8 is an array of bytes, a field that occurs twice an array of strings, a long one null.
//! Invariant: the payload is decoded, owned text.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Envelope, Layer, Level};
use crate::base::time::Stamp;

/// One journal entry as a JSON object on one line.
pub(super) struct JournalJson;

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, rename = "__REALTIME_TIMESTAMP")]
    realtime_micros: Field<'a>,
    #[serde(borrow, rename = "MESSAGE")]
    message: Field<'a>,
    #[serde(borrow, rename = "PRIORITY")]
    priority: Option<Field<'a>>,
    #[serde(borrow, rename = "SYSLOG_IDENTIFIER")]
    identifier: Option<Field<'a>>,
    #[serde(borrow, rename = "_HOSTNAME")]
    hostname: Option<Field<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Field<'a> {
    Plain(&'a str),
    Escaped(String),
    Bytes(Vec<u8>),
    Other(IgnoredAny),
}

impl<'a> Field<'a> {
    /// A number in quotes.
    fn number(&self) -> Option<i64> {
        match self {
            Field::Plain(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A name: taken only where it stands in the line as it is.
    fn name(&self) -> Option<&'a [u8]> {
        match self {
            Field::Plain(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    fn into_text(self) -> Option<Vec<u8>> {
        match self {
            Field::Plain(text) => Some(text.as_bytes().to_vec()),
            Field::Escaped(text) => Some(text.into_bytes()),
            Field::Bytes(bytes) => Some(bytes),
            Field::Other(IgnoredAny) => None,
        }
    }
}

impl Envelope for JournalJson {
    fn id(&self) -> &'static str {
        "journal-json"
    }

    fn begins(&self, first: u8) -> bool {
        matches!(first, b'{' | 0x1e | b'd')
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let object = line
            .strip_prefix(b"\x1e")
            .or(line.strip_prefix(b"data: "))
            .unwrap_or(line);
        if !object.starts_with(b"{")
            || memchr::memmem::find(object, b"\"__REALTIME_TIMESTAMP\"").is_none()
        {
            return None;
        }
        let entry: Entry<'a> = serde_json::from_slice(object).ok()?;
        let nanos = entry.realtime_micros.number()?.checked_mul(1_000)?;
        let level = entry
            .priority
            .and_then(|field| field.number())
            .map(Level::from_priority);
        Some(Layer {
            stamp: Some(Stamp::Zoned(nanos)),
            level,
            host: entry.hostname.and_then(|field| field.name()),
            tag: entry.identifier.and_then(|field| field.name()),
            payload: Cow::Owned(entry.message.into_text()?),
            ..Layer::around(self.id(), line)
        })
    }
}
