//! Reads time and level of a log line that is one JSON object: `{"level":"warn","ts":"...","msg":"..."}`.
//! The payload is the whole line: keys and values are what people search for. Does not read objects of the Kubernetes
//! API, and takes the `level` of an audit event for what it is, a policy.
//! Source: go.uber.org/zap production config, logrus `JSONFormatter`, `k8s.io/component-base/logs/json` (`ts` in
//! milliseconds; errors have `err` and no `v`), `audit.k8s.io/v1`. Invariant: the payload is the input.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// One JSON object on a line, with a time or a level.
pub(super) struct JsonLog;

/// What is read of the object: the first value under any name of each field.
#[derive(Default)]
struct Fields {
    time: Option<Value>,
    level: Option<Value>,
    has_error: bool,
    has_verbosity: bool,
    is_audit: bool,
}

impl Envelope for JsonLog {
    fn id(&self) -> &'static str {
        "json-log"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'{'
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        if !line.starts_with(b"{") {
            return None;
        }
        let fields: Fields = serde_json::from_slice(line).ok()?;
        let (stamp, level) = (fields.stamp(), fields.level());
        if stamp.is_none() && level.is_none() {
            return None;
        }
        Some(Layer {
            stamp,
            level,
            ..Layer::around(self.id(), line)
        })
    }
}

impl Fields {
    fn stamp(&self) -> Option<Stamp> {
        match self.time.as_ref()? {
            Value::String(text) => stamp::whole_iso(text.as_bytes()),
            Value::Number(number) => stamp::unix_number(number.as_f64()?),
            _ => None,
        }
    }

    fn level(&self) -> Option<Level> {
        if self.is_audit {
            return None;
        }
        match &self.level {
            Some(level) => Level::from_word(level.as_str()?.as_bytes()),
            None if self.has_error && !self.has_verbosity => Some(Level::Error),
            None => None,
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(Key(key)) = map.next_key()? {
            let slot = match key.as_ref() {
                "ts"
                | "time"
                | "timestamp"
                | "@timestamp"
                | "t"
                | "eventTime"
                | "requestReceivedTimestamp" => &mut fields.time,
                "level" | "severity" | "lvl" | "log.level" => &mut fields.level,
                other => {
                    fields.has_error |= other == "err";
                    fields.has_verbosity |= other == "v";
                    fields.is_audit |= other == "auditID";
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let value = map.next_value()?;
            slot.get_or_insert(value);
        }
        Ok(fields)
    }
}
