//! Peels syslog headers: classic `Mar 10 10:17:41 node-1 kubelet[6872]: message`, the same with an ISO stamp, and
//! RFC 5424. The first two are also what `journalctl -o short`, `short-precise` and `short-iso` print.
//! Behind the tag `kernel`, the kernel's own `[12345.678901] ` is taken off as well.
//! Does not multiply `message repeated N times`, and does not map tags to components (`source::component`).
//! Source: RFC 3164 section 4.1, RFC 5424 section 6, rsyslog's `RSYSLOG_FileFormat`, systemd `logs-show.c`.
//! Invariant: the payload is a suffix of the input.

use super::dmesg::kernel_stamps;
use super::reader::Reader;
use super::{Envelope, Layer, Level, stamp};
use crate::base::time::Stamp;

/// Most bytes of a tag. RFC 3164 allows 32, RFC 5424 allows 48 for the application name.
const MAX_TAG_BYTES: usize = 64;

/// Most bytes of a host name: RFC 5424 section 6.2.4.
const MAX_HOST_BYTES: usize = 255;

/// `<30>Mar 10 10:17:41 node-1 kubelet[6872]: message`; the priority is usually absent.
pub(super) struct Rfc3164;

/// `2026-03-10T10:17:41.075997+08:00 node-1 containerd[812]: message`.
pub(super) struct SyslogIso;

/// `<30>1 2026-03-10T10:17:41Z node-1 dockerd 812 - - message`.
pub(super) struct Rfc5424;

impl Envelope for Rfc3164 {
    fn id(&self) -> &'static str {
        "rfc3164"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'<' || first.is_ascii_uppercase()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let level = priority(&mut reader);
        let stamp = stamp::month_first(&mut reader)?;
        reader.literal(b" ")?;
        let header = host_and_tag(&mut reader);
        Some(Layer {
            stamp: Some(stamp),
            level,
            ..header.into_layer(self.id(), reader)
        })
    }
}

impl Envelope for SyslogIso {
    fn id(&self) -> &'static str {
        "syslog-iso"
    }

    fn begins(&self, first: u8) -> bool {
        first.is_ascii_digit()
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let stamp = stamp::iso_zoned(&mut reader)?;
        reader.literal(b" ")?;
        let header = host_and_tag(&mut reader);
        // Many programs start their lines with an ISO stamp and then a level: only a host and a tag make it syslog.
        if Level::from_word(header.host?).is_some() || header.tag.is_none() {
            return None;
        }
        Some(Layer {
            stamp: Some(stamp),
            ..header.into_layer(self.id(), reader)
        })
    }
}

impl Envelope for Rfc5424 {
    fn id(&self) -> &'static str {
        "rfc5424"
    }

    fn begins(&self, first: u8) -> bool {
        first == b'<'
    }

    fn peel<'a>(&self, line: &'a [u8]) -> Option<Layer<'a>> {
        let mut reader = Reader::new(line);
        let level = priority(&mut reader);
        level?;
        reader.number(1..=2)?;
        reader.literal(b" ")?;
        let stamp = stamp::whole_iso(reader.until(b' ')?);
        let host = reader.until(b' ').map(unless_nil)?;
        let tag = reader.until(b' ').map(unless_nil)?;
        let _process = reader.until(b' ')?;
        let _message_id = reader.until(b' ')?;
        structured_data(&mut reader)?;
        if !reader.optional(b" ") && !reader.rest().is_empty() {
            return None;
        }
        // The mark says that the message is UTF-8.
        reader.optional(b"\xef\xbb\xbf");
        let header = HostAndTag {
            host,
            tag,
            has_pid: false,
        };
        let layer = header.into_layer(self.id(), reader);
        Some(Layer {
            stamp: stamp.or(layer.stamp),
            level,
            ..layer
        })
    }
}

/// What stands between the stamp and the message.
#[derive(Default)]
pub(super) struct HostAndTag<'a> {
    /// The host; absent where no tag follows.
    pub(super) host: Option<&'a [u8]>,
    /// The tag without the process id.
    pub(super) tag: Option<&'a [u8]>,
    /// Whether a process id stood behind the tag.
    pub(super) has_pid: bool,
}

impl<'a> HostAndTag<'a> {
    /// The layer of a header, with what `reader` has left as payload.
    pub(super) fn into_layer(self, envelope: &'static str, mut reader: Reader<'a>) -> Layer<'a> {
        let mut uptime = None;
        if self.tag == Some(b"kernel") {
            uptime = kernel_stamps(&mut reader);
        }
        Layer {
            stamp: uptime,
            uptime: match uptime {
                Some(Stamp::Uptime(nanos)) => Some(nanos),
                _ => None,
            },
            host: self.host,
            tag: self.tag,
            ..Layer::around(envelope, reader.rest())
        }
    }
}

/// Takes `node-1 kubelet[6872]: `. A header without a tag is left in place, host and all, except before the daemon's
/// own `last message repeated`: better a host in the payload than words lost from it.
pub(super) fn host_and_tag<'a>(reader: &mut Reader<'a>) -> HostAndTag<'a> {
    let mut ahead = *reader;
    let Some(host) = host(&mut ahead) else {
        return HostAndTag::default();
    };
    if [&b"last message repeated "[..], b"message repeated "]
        .iter()
        .any(|text| ahead.rest().starts_with(text))
    {
        *reader = ahead;
        return HostAndTag {
            host: Some(host),
            ..HostAndTag::default()
        };
    }
    let Some((tag, has_pid)) = tag(&mut ahead) else {
        return HostAndTag::default();
    };
    *reader = ahead;
    HostAndTag {
        host: Some(host),
        tag: Some(tag),
        has_pid,
    }
}

/// Takes a host name and the space behind it.
fn host<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let host = reader.word(|byte| byte.is_ascii_graphic() && byte != b'=' || byte >= 0x80)?;
    reader.literal(b" ")?;
    // CoreDNS before 1.7 puts `[FATAL]` where the host would be.
    let is_host = |host: &&[u8]| {
        host.len() <= MAX_HOST_BYTES && host.last() != Some(&b':') && host.first() != Some(&b'[')
    };
    Some(host).filter(is_host)
}

/// Takes `kubelet[6872]: ` or `[/bin/bash]: `, the second being how some distributions log shell commands. Whether
/// there was a process id.
fn tag<'a>(reader: &mut Reader<'a>) -> Option<(&'a [u8], bool)> {
    let before = reader.rest();
    let is_bracketed = reader.optional(b"[");
    let name =
        reader.word(|byte| byte.is_ascii_graphic() && !b":[]".contains(&byte) || byte >= 0x80)?;
    let tag = if is_bracketed {
        reader.literal(b"]")?;
        before.get(..name.len() + 2)?
    } else {
        name
    };
    let has_pid = reader.optional(b"[");
    if has_pid {
        reader.word(|byte| byte.is_ascii_graphic() && byte != b']')?;
        reader.literal(b"]")?;
    }
    reader.literal(b":")?;
    reader.optional(b" ");
    Some((tag, has_pid)).filter(|_| tag.len() <= MAX_TAG_BYTES)
}

/// Takes `<30>` if it is there.
pub(super) fn priority(reader: &mut Reader<'_>) -> Option<Level> {
    let mut ahead = *reader;
    ahead.literal(b"<")?;
    let priority = ahead.number(1..=3)?;
    ahead.literal(b">")?;
    *reader = ahead;
    Some(Level::from_priority(priority))
}

/// Takes `-` or a run of `[id key="value"]`; values escape `"`, `]` and `\` with a backslash.
fn structured_data(reader: &mut Reader<'_>) -> Option<()> {
    if reader.optional(b"-") {
        return Some(());
    }
    if reader.peek() != Some(b'[') {
        return None;
    }
    while reader.optional(b"[") {
        element(reader)?;
    }
    Some(())
}

/// Takes the rest of one `[id key="value"]`.
fn element(reader: &mut Reader<'_>) -> Option<()> {
    let mut is_quoted = false;
    loop {
        reader.take_while(|byte| !b"\"\\]".contains(&byte));
        match reader.one_of(b"\"\\]")? {
            b'"' => is_quoted = !is_quoted,
            b'\\' => drop(reader.one_of(b"\"\\]")),
            _ if is_quoted => {}
            _ => return Some(()),
        }
    }
}

fn unless_nil(field: &[u8]) -> Option<&[u8]> {
    Some(field).filter(|field| *field != b"-")
}
