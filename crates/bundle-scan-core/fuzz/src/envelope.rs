//! Lines and what wraps them.

use std::borrow::Cow;

use bundle_scan_core::base::member_path::MemberPath;
use bundle_scan_core::envelope::{MAX_LAYERS, peel};
use bundle_scan_core::mining::mask::masked;
use bundle_scan_core::record::Record;
use bundle_scan_core::record::clock::Clock;
use bundle_scan_core::source::classify;

use crate::first_line;

/// What a member was last modified at.
const MODIFIED: i64 = 1_800_000_000;

/// Understands any lines of any member. The first line of the data is its path.
pub fn envelopes(data: &[u8]) {
    let (path, text) = first_line(data);
    let source = classify(&MemberPath::from_bytes(path), text);
    let clocks =
        [None, Some(MODIFIED)].map(|modified| Clock::rotated(modified, source.rotation.as_deref()));
    for line in text.split(|byte| *byte == b'\n') {
        let peeled = peel(line);
        assert!(peeled.layers.as_slice().len() <= MAX_LAYERS);
        if let Cow::Borrowed(payload) = peeled.payload {
            assert!(is_suffix(payload, line), "{peeled:?}");
        }
        for part in [&peeled.host, &peeled.tag, &peeled.pod] {
            if let Some(Cow::Borrowed(part)) = part {
                assert!(is_part(part, line), "{peeled:?}");
            }
        }
        if let Some(event) = &peeled.event {
            assert!(event.count >= 1, "{event:?}");
            let parts = [Some(event.reason), event.from, event.namespace];
            assert!(parts.into_iter().flatten().all(|it| is_part(it, line)));
        }
        for clock in &clocks {
            let record = Record::read(line, &source, clock);
            assert!(record.repeats >= 1);
            assert_eq!(record.text.trim_ascii(), &*record.text, "it is trimmed");
            if let Cow::Borrowed(text) = record.text {
                assert!(is_part(text, line), "{record:?}");
            }
            let masked = masked(&record.text);
            assert!(masked.len() <= 1_200 && !masked.contains(&b'\n'));
            let _ = record.is_error();
        }
    }
}

fn is_part(part: &[u8], line: &[u8]) -> bool {
    let line = line.as_ptr_range();
    let part = part.as_ptr_range();
    line.start <= part.start && part.end <= line.end
}

fn is_suffix(part: &[u8], line: &[u8]) -> bool {
    is_part(part, line) && part.as_ptr_range().end == line.as_ptr_range().end
}
