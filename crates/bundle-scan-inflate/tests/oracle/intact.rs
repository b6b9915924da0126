//! What compressors write is decoded to the byte, in whatever pieces it comes and is taken.

use crate::compressors;
use crate::judge::{self, Ended, Outcome, Pieces};
use crate::samples::{self, Sample};

/// Pieces that end at every place that matters: a byte, a few, and less or more than the decoder reads ahead.
const PIECES: [(usize, usize); 5] = [
    (1, 64 << 10),
    (64 << 10, 1),
    (7, 3),
    (1000, 259),
    (33, 40_000),
];

fn pieces_at(turn: usize) -> Pieces {
    let (input, content) = PIECES[turn % PIECES.len()];
    Pieces {
        input,
        content,
        ..Pieces::LARGE
    }
}

type Decode = fn(&[u8], Pieces) -> Outcome;

/// Every level gives every sample back: at once, and in pieces, which differ from level to level.
fn check(
    samples: &[Sample],
    levels: std::ops::RangeInclusive<u32>,
    pack: impl Fn(&[u8], u32) -> Vec<u8>,
    decode: Decode,
) {
    for sample in samples {
        for level in levels.clone() {
            let packed = pack(&sample.content, level);
            let some = pieces_at(level as usize);
            for pieces in [Pieces::LARGE, some] {
                let outcome = decode(&packed, pieces);
                let is_same = outcome.content == sample.content;
                assert!(
                    is_same && outcome.ended == Ended::Whole,
                    "{} at level {level}, {pieces:?}: {outcome:?}",
                    sample.name
                );
            }
        }
    }
}

fn check_program(name: &str, samples: &[Sample], levels: std::ops::RangeInclusive<u32>) {
    if compressors::program(name, *levels.start(), b"").is_some() {
        let pack = |content: &[u8], level| {
            compressors::program(name, level, content).expect("a program that is there")
        };
        check(samples, levels, pack, judge::gzip);
    }
}

#[test]
fn of_flate2() {
    check(
        &samples::all(),
        0..=9,
        compressors::flate2_gzip,
        judge::gzip,
    );
    check(
        &samples::small(),
        0..=9,
        compressors::flate2_deflate,
        judge::deflate,
    );
    check(
        &samples::small(),
        0..=9,
        compressors::flate2_flushed,
        judge::deflate,
    );
}

#[test]
fn of_miniz_oxide() {
    check(
        &samples::all(),
        0..=10,
        compressors::miniz_oxide,
        judge::deflate,
    );
}

#[test]
fn of_zopfli() {
    let pack = |content: &[u8], _| compressors::zopfli(content);
    check(&samples::small(), 0..=0, pack, judge::deflate);
}

#[test]
fn of_libdeflate() {
    check(&samples::all(), 0..=9, compressors::libdeflate, judge::gzip);
    check(
        &samples::small(),
        10..=12,
        compressors::libdeflate,
        judge::gzip,
    );
}

#[test]
fn of_gzip() {
    check_program("gzip", &samples::all(), 1..=9);
}

#[test]
fn of_pigz() {
    check_program("pigz", &samples::all(), 0..=9);
    check_program("pigz", &samples::small(), 11..=11);
}

#[test]
fn of_igzip() {
    check_program("igzip", &samples::all(), 0..=3);
}

#[test]
fn in_all_pieces() {
    for sample in samples::small() {
        let packed = compressors::flate2_gzip(&sample.content, 6);
        for pieces in (0..PIECES.len()).map(pieces_at) {
            let outcome = judge::gzip(&packed, pieces);
            assert!(
                outcome.content == sample.content,
                "{}, {pieces:?}",
                sample.name
            );
        }
    }
}
