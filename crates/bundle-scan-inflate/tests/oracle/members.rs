//! Gzip files of several members, with all fields of headers, and with what may stand behind them.

use std::io::Write;

use flate2::{Compression, GzBuilder};

use crate::compressors;
use crate::judge::{Ended, Pieces, agree_on_gzip};
use crate::samples;

const SMALL: Pieces = Pieces {
    input: 5,
    content: 11,
    ..Pieces::LARGE
};

/// Both decoders give this content and then this end.
#[track_caller]
fn check(bytes: &[u8], content: &[u8], ended: Ended) {
    for pieces in [Pieces::LARGE, SMALL] {
        let outcome = agree_on_gzip(bytes, pieces);
        assert!(outcome.content == content, "{outcome:?}");
        assert_eq!(outcome.ended, ended);
    }
}

#[test]
fn members_of_many_compressors_follow_one_another() {
    let (mut packed, mut content) = (Vec::new(), Vec::new());
    for (level, sample) in (0..).zip(samples::all()) {
        packed.extend(compressors::flate2_gzip(&sample.content, level));
        packed.extend(compressors::libdeflate(&sample.content, level));
        content.extend(sample.content.repeat(2));
    }
    // The mixed sample twice would be more than is compared.
    content.truncate(2 << 20);
    check(&packed, &content, Ended::Limit);
}

/// RFC 1952 has members follow one another with nothing between them. Of what lies behind padding gzip 1.12, pigz 2.6 and igzip 2.30
/// decode nothing; here no member is lost.
#[test]
fn zeros_may_lie_behind_a_member() {
    let (one, two) = (samples::log(5000), samples::runs(5000));
    let packed = [&one, &two].map(|content| compressors::flate2_gzip(content, 6));
    let both = [one, two].concat();
    for zeros in [1, 511, 70_000] {
        let padding = vec![0; zeros];
        let padded = [&packed[0], &padding, &packed[1], &padding].map(Vec::as_slice);
        check(&padded.concat(), &both, Ended::Whole);
    }
}

#[test]
fn garbage_comes_behind_all_content() {
    let content = samples::log(5000);
    let packed = compressors::flate2_gzip(&content, 6);
    let garbage = samples::random(3000);
    for behind in [b"0123456789".as_slice(), b"\0\0other data", &garbage] {
        check(&[&packed, behind].concat(), &content, Ended::Damaged);
    }
    let begun = [&packed[..], &packed[..5]].concat();
    check(&begun, &content, Ended::Cut);
}

#[test]
fn headers_may_have_fields() {
    let content = samples::log(5000);
    let plain = GzBuilder::new().mtime(1_800_000_000).operating_system(3);
    let named = GzBuilder::new().filename("messages").comment("of a node");
    let full = GzBuilder::new()
        .extra(vec![0; 60_000])
        .filename(vec![b'n'; 60_000])
        .comment("c");
    for builder in [plain, named, full] {
        let mut encoder = builder.write(Vec::new(), Compression::default());
        encoder.write_all(&content).expect("a vector takes all");
        let packed = encoder.finish().expect("a vector takes all");
        check(&packed, &content, Ended::Whole);
    }
}
