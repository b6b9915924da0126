//! What is cut or damaged ends as the other decoder says, and with all that can be decoded before.

use proptest::prelude::*;

use crate::compressors;
use crate::judge::{Ended, Pieces, agree_on_deflate, agree_on_gzip, deflate};
use crate::samples::{self, Numbers};

const SMALL: Pieces = Pieces {
    input: 13,
    content: 17,
    ..Pieces::LARGE
};

/// Raw streams of few bytes, with blocks of all kinds.
fn small_streams() -> Vec<Vec<u8>> {
    let text = samples::log(300);
    let tiny = b"a tiny text, a tiny text";
    let mixed = [&text, samples::random(50).as_slice(), &[b'a'; 600]].concat();
    vec![
        compressors::flate2_deflate(b"", 6),
        compressors::flate2_deflate(tiny, 6),
        compressors::flate2_deflate(&text, 0),
        compressors::flate2_deflate(&text, 9),
        compressors::flate2_flushed(&mixed, 6),
        compressors::miniz_oxide(&mixed, 1),
        compressors::zopfli(&mixed),
    ]
}

/// Gzip files of few bytes.
fn small_files() -> Vec<Vec<u8>> {
    let text = samples::log(200);
    vec![
        compressors::flate2_gzip(b"", 6),
        compressors::flate2_gzip(&text, 0),
        compressors::libdeflate(&text, 9),
    ]
}

/// Raw streams of many bytes.
fn large_streams() -> Vec<Vec<u8>> {
    let content = samples::mixed(300_000);
    vec![
        compressors::flate2_deflate(&content, 1),
        compressors::flate2_deflate(&content, 9),
        compressors::miniz_oxide(&content, 6),
    ]
}

/// Damages a few bytes, or many in a row, or lets some out, or repeats some.
fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(2) {
        let at = numbers.below(bytes.len().max(1));
        let end = bytes.len().min(at + 1 + numbers.below(40));
        match numbers.below(5) {
            _ if bytes.is_empty() => {}
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = numbers.next() as u8,
            2 => bytes[at..end].fill_with(|| numbers.next() as u8),
            3 => drop(bytes.drain(at..end)),
            _ => {
                let repeated = bytes[at..end].to_vec();
                bytes.splice(at..at, repeated);
            }
        }
    }
}

#[test]
fn every_cut_of_a_small_stream() {
    for whole in small_streams() {
        let content = deflate(&whole, Pieces::LARGE).content;
        for end in 0..whole.len() {
            for pieces in [Pieces::LARGE, SMALL] {
                let outcome = agree_on_deflate(&whole[..end], pieces);
                assert!(content.starts_with(&outcome.content));
                assert_eq!(outcome.ended, Ended::Cut, "at {end}");
            }
        }
    }
}

#[test]
fn every_cut_of_a_small_file() {
    for whole in small_files() {
        let content = agree_on_gzip(&whole, Pieces::LARGE).content;
        for end in 0..whole.len() {
            let outcome = agree_on_gzip(&whole[..end], Pieces::LARGE);
            assert!(content.starts_with(&outcome.content));
            assert_eq!(outcome.ended, Ended::Cut, "at {end}");
        }
    }
}

#[test]
fn cuts_of_a_large_stream() {
    let mut numbers = Numbers(5);
    for whole in large_streams() {
        let content = deflate(&whole, Pieces::LARGE).content;
        for _ in 0..50 {
            let end = numbers.below(whole.len());
            let outcome = agree_on_deflate(&whole[..end], Pieces::LARGE);
            assert!(content.starts_with(&outcome.content));
            assert_eq!(outcome.ended, Ended::Cut, "at {end}");
        }
    }
}

#[test]
fn cuts_of_a_large_file() {
    let mut numbers = Numbers(9);
    let content = samples::mixed(300_000);
    let whole = compressors::libdeflate(&content, 6);
    for _ in 0..50 {
        let end = numbers.below(whole.len());
        let outcome = agree_on_gzip(&whole[..end], Pieces::LARGE);
        assert!(content.starts_with(&outcome.content));
        assert_eq!(outcome.ended, Ended::Cut, "at {end}");
    }
}

#[test]
fn every_flipped_bit_of_a_small_stream() {
    for mut stream in small_streams() {
        for bit in 0..8 * stream.len() {
            stream[bit / 8] ^= 1 << (bit % 8);
            agree_on_deflate(&stream, Pieces::LARGE);
            stream[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn every_flipped_bit_of_a_small_file() {
    for mut file in small_files() {
        for bit in 0..8 * file.len() {
            file[bit / 8] ^= 1 << (bit % 8);
            agree_on_gzip(&file, Pieces::LARGE);
            file[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn damage_of_a_large_stream() {
    let mut numbers = Numbers(6);
    for whole in large_streams() {
        for _ in 0..100 {
            let mut damaged = whole.clone();
            damage(&mut damaged, &mut numbers);
            agree_on_deflate(&damaged, Pieces::LARGE);
        }
    }
}

#[test]
fn damage_of_a_large_file() {
    let mut numbers = Numbers(7);
    let members = [samples::log(100_000), samples::runs(100_000)];
    let whole = members
        .map(|content| compressors::flate2_gzip(&content, 6))
        .concat();
    for _ in 0..200 {
        let mut damaged = whole.clone();
        damage(&mut damaged, &mut numbers);
        agree_on_gzip(&damaged, Pieces::LARGE);
    }
}

#[test]
fn damage_of_small_streams() {
    let mut numbers = Numbers(8);
    for whole in small_streams() {
        for _ in 0..1000 {
            let mut damaged = whole.clone();
            damage(&mut damaged, &mut numbers);
            agree_on_deflate(&damaged, SMALL);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        agree_on_deflate(&bytes, Pieces::LARGE);
    }

    #[test]
    fn any_bytes_that_begin_a_block_of_codes(
        mut bytes in proptest::collection::vec(any::<u8>(), 1..1500),
        kind in 1_u8..=2,
    ) {
        bytes[0] = bytes[0] & !0b110 | kind << 1;
        agree_on_deflate(&bytes, SMALL);
    }

    #[test]
    fn any_bytes_behind_a_gzip_header(
        flags in any::<u8>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let header = [0x1f, 0x8b, 8, flags];
        agree_on_gzip(&[&header, bytes.as_slice()].concat(), Pieces::LARGE);
    }
}
