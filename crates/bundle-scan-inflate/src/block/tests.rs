//! Streams put together by hand, each through the careful loop and the fast one.

use super::*;
use crate::testing::{
    Code, END, Ended, FIXED, OWN, Stream, code_of, decode, decode_in_both_loops, fixed,
    fixed_distance, fixed_lengths,
};

/// Lengths of codes for a few symbols, as far as the last of them.
fn lengths(of: &[(usize, u8)], count: usize) -> Vec<u8> {
    let mut lengths = vec![0; count];
    for (symbol, bits) in of {
        lengths[*symbol] = *bits;
    }
    lengths
}

/// A code for `a` and one for the end, of one bit each.
fn two_symbols() -> Vec<u8> {
    lengths(&[(usize::from(b'a'), 1), (END, 1)], 257)
}

fn damage_of(stream: Stream) -> Damage {
    match decode_in_both_loops(&stream.finish()) {
        (_, Ended::Damaged(damage)) => damage,
        (content, ended) => panic!("{ended:?} after {} bytes", content.len()),
    }
}

fn content_of(stream: Stream) -> Vec<u8> {
    let (content, ended) = decode_in_both_loops(&stream.finish());
    assert_eq!(ended, Ended::Whole);
    content
}

/// A last block of fixed codes.
fn fixed_block(codes: impl IntoIterator<Item = Code>) -> Stream {
    Stream::new().block(true, FIXED).codes(codes)
}

/// The lengths of the codes of a block, as they are written: each a symbol, what stands behind it, and the bits of that.
fn run_lengths(stream: Stream, symbols: &[(u32, u32, u32)]) -> Stream {
    let of_lengths = [(0, 2), (1, 2), (2, 2), (16, 3), (18, 3)];
    let codes = lengths(&of_lengths, 19);
    let stream = CODE_LENGTH_ORDER.iter().fold(stream, |stream, symbol| {
        stream.number(codes[*symbol].into(), 3)
    });
    symbols
        .iter()
        .fold(stream, |stream, (symbol, extra, bits)| {
            let code = code_of(&codes, *symbol as usize);
            stream.code(code).number(*extra, *bits)
        })
}

#[test]
fn a_stored_block_may_be_empty_or_as_long_as_can_be_told() {
    for size in [0, 1, 0xffff] {
        let content = vec![b'a'; size];
        let stream = Stream::new().stored(true, &content, !(size as u16));
        assert!(content_of(stream) == content);
    }
}

#[test]
fn a_stored_block_begins_at_a_byte_wherever_the_one_before_ends() {
    for literals in 0..9 {
        let codes = vec![fixed(200); literals];
        let before = Stream::new().block(false, FIXED).codes(codes);
        let stream = before.code(fixed(END)).stored(true, b"abc", !3);
        let expected = [&vec![200; literals], b"abc".as_slice()].concat();
        assert_eq!(content_of(stream), expected);
    }
}

#[test]
fn a_stored_block_of_two_lengths_is_damage() {
    for complement in [3, !2, !3 & 0x7fff, 0] {
        let stream = Stream::new().stored(true, b"abc", complement);
        assert_eq!(damage_of(stream), Damage::StoredLength);
    }
}

#[test]
fn there_is_no_fourth_kind_of_blocks() {
    assert_eq!(damage_of(Stream::new().block(true, 3)), Damage::BlockKind);
}

#[test]
fn the_fixed_codes_write_every_byte() {
    let bytes: Vec<u8> = (0..=255).collect();
    let literals = bytes.iter().map(|byte| fixed((*byte).into()));
    assert_eq!(content_of(fixed_block(literals).code(fixed(END))), bytes);
}

#[test]
fn the_fixed_codes_that_stand_for_nothing_are_damage() {
    for symbol in [286, 287] {
        assert_eq!(damage_of(fixed_block([fixed(symbol)])), Damage::Code);
    }
    for symbol in [30, 31] {
        let codes = [fixed(b'a'.into()), fixed(257), fixed_distance(symbol)];
        assert_eq!(damage_of(fixed_block(codes)), Damage::Code);
    }
}

#[test]
fn the_longest_match_is_written_in_two_ways() {
    let first = fixed(b'a'.into());
    let short = fixed_block([first, fixed(285)]);
    let long = fixed_block([first, fixed(284)]).number(31, 5);
    for stream in [short, long] {
        let stream = stream.code(fixed_distance(0)).code(fixed(END));
        assert_eq!(content_of(stream), vec![b'a'; 259]);
    }
}

#[test]
fn a_match_reaches_back_to_the_first_byte_and_no_farther() {
    let content: Vec<u8> = (0..1 << 15).map(|place| (place % 251) as u8).collect();
    // The farthest distance: 24577 and thirteen bits more.
    let farthest = |content: &[u8]| {
        Stream::new()
            .content(content)
            .block(true, FIXED)
            .codes([fixed(257), fixed_distance(29)])
            .number(0x1fff, 13)
            .code(fixed(END))
    };
    let expected = [&content, &content[..3]].concat();
    assert!(content_of(farthest(&content)) == expected);
    assert_eq!(damage_of(farthest(&content[1..])), Damage::Distance);
    // Where the beginning has left the window too, and where the window has just moved.
    for times in 2..12 {
        let long = content.repeat(times);
        let expected = [&long, &content[..3]].concat();
        assert!(content_of(farthest(&long)) == expected);
    }
}

#[test]
fn nothing_lies_before_the_beginning() {
    let first = fixed_block([fixed(257), fixed_distance(0)]);
    assert_eq!(damage_of(first), Damage::Distance);
    let second = fixed_block([fixed(b'a'.into()), fixed(257), fixed_distance(1)]);
    assert_eq!(damage_of(second), Damage::Distance);
}

#[test]
fn what_comes_before_damage_is_told() {
    let literals = vec![fixed(b'a'.into()); 1000];
    let stream = fixed_block(literals).code(fixed(286)).finish();
    let (content, ended) = decode_in_both_loops(&stream);
    assert_eq!(ended, Ended::Damaged(Damage::Code));
    assert_eq!(content, vec![b'a'; 1000]);
}

#[test]
fn codes_that_do_not_fill_their_space_are_damage() {
    type Set<'a> = (&'a str, &'a [(usize, u8)], &'a [u8]);
    let a = usize::from(b'a');
    let sets: [Set<'_>; 8] = [
        ("too many literals", &[(a, 1), (a + 1, 1), (END, 1)], &[1]),
        ("too few literals", &[(a, 2), (END, 1)], &[1]),
        ("one literal of two bits", &[(END, 2)], &[1]),
        ("no end", &[(a, 1), (a + 1, 1)], &[1]),
        ("nothing at all", &[], &[1]),
        ("too many distances", &[(a, 1), (END, 1)], &[1, 1, 1]),
        ("too few distances", &[(a, 1), (END, 1)], &[1, 2]),
        ("one distance of two bits", &[(a, 1), (END, 1)], &[2]),
    ];
    for (what, literals, distances) in sets {
        let literals = lengths(literals, 257);
        let stream = Stream::new().block(true, OWN);
        let stream = stream.own_codes(&literals, distances);
        assert_eq!(damage_of(stream), Damage::CodeSet, "{what}");
    }
}

#[test]
fn a_single_code_of_one_bit_is_a_set() {
    let a = usize::from(b'a');
    let literals = lengths(&[(a, 1), (END, 2), (257, 2)], 258);
    let block = |distances: &[u8]| {
        let stream = Stream::new().block(true, OWN);
        let stream = stream.own_codes(&literals, distances);
        stream.code(code_of(&literals, a))
    };
    let (a_match, end) = (code_of(&literals, 257), code_of(&literals, END));
    let repeated = block(&[1]).code(a_match).code((0, 1)).code(end);
    assert_eq!(content_of(repeated), b"aaaa");
    // The other bit stands for nothing.
    let other = block(&[1]).code(a_match).code((1, 1));
    assert_eq!(damage_of(other), Damage::Code);
    // Only the end has a code.
    let only_end = Stream::new().block(true, OWN);
    let only_end = only_end.own_codes(&lengths(&[(END, 1)], 257), &[0]);
    assert_eq!(content_of(only_end.clone().code((0, 1))), b"");
    assert_eq!(damage_of(only_end.code((1, 1))), Damage::Code);
}

#[test]
fn a_block_of_literals_needs_no_distances() {
    let literals = two_symbols();
    let stream = Stream::new().block(true, OWN).own_codes(&literals, &[0]);
    let codes = [usize::from(b'a'), END].map(|symbol| code_of(&literals, symbol));
    assert_eq!(content_of(stream.codes(codes)), b"a");
    // And a match has none to tell: which shows by the first bit behind its length, if that is there.
    let literals = lengths(&[(usize::from(b'a'), 1), (END, 2), (257, 2)], 258);
    let of_a_match = |before: usize| {
        let stream = Stream::new().block(true, OWN).own_codes(&literals, &[0]);
        let stream = stream.codes(vec![code_of(&literals, b'a'.into()); before]);
        stream.code(code_of(&literals, 257))
    };
    let cut = (0..8).filter(|before| decode(&of_a_match(*before).finish()).1 == Ended::Cut);
    assert_eq!(cut.count(), 1, "where the length ends with a byte");
    for (before, bit) in (0..8).flat_map(|before| [(before, 0), (before, 1)]) {
        let followed = of_a_match(before).code((bit, 1));
        assert_eq!(damage_of(followed), Damage::Code);
    }
}

#[test]
fn more_symbols_than_there_are_is_damage() {
    let a_and_end = [(usize::from(b'a'), 1), (END, 1)];
    for (literals, distances) in [(287, 1), (288, 1), (257, 31), (257, 32)] {
        // Those that are too many have no codes.
        let literals = lengths(&a_and_end, literals);
        let distances = lengths(&[(0, 1)], distances);
        let stream = Stream::new().block(true, OWN);
        let stream = stream.own_codes(&literals, &distances);
        assert_eq!(damage_of(stream), Damage::CodeSet);
    }
    let stream = Stream::new().block(true, OWN);
    let stream = stream.own_codes(&lengths(&a_and_end, 286), &lengths(&[(0, 1)], 30));
    assert_eq!(content_of(stream.code((0, 1)).code((1, 1))), b"a");
}

#[test]
fn the_codes_of_lengths_have_to_fill_their_space() {
    let sets: [&[u32]; 6] = [&[], &[1], &[0, 0, 0, 1], &[1, 1, 1], &[1, 2], &[7, 7]];
    for set in sets {
        let stream = Stream::new().block(true, OWN).number(0, 10).number(15, 4);
        let lengths = (0..19).map(|place| set.get(place).copied().unwrap_or(0));
        let stream = lengths.fold(stream, |stream, length| stream.number(length, 3));
        let followed = stream.clone().number(0, 32);
        assert_eq!(damage_of(followed), Damage::CodeSet, "{set:?}");
        // It does not matter what follows, or whether anything does.
        if !set.is_empty() {
            assert_eq!(damage_of(stream), Damage::CodeSet, "{set:?}");
        }
    }
}

#[test]
fn a_length_is_repeated_only_behind_another_and_within_the_codes() {
    let own = |symbols: &[(u32, u32, u32)]| {
        let stream = Stream::new().block(true, OWN).number(0, 10).number(15, 4);
        run_lengths(stream, symbols)
    };
    let a = code_of(&two_symbols(), b'a'.into());
    let end = code_of(&two_symbols(), END);
    // 97 zeros, one, 138 and 20 zeros, two ones: of the end and of the only distance.
    let zeros = |count: u32| (18, count - 11, 7);
    let one = (1, 0, 0);
    let whole = [zeros(97), one, zeros(138), zeros(20), one, one];
    assert_eq!(content_of(own(&whole).codes([a, end])), b"a");
    let nothing_before = own(&[(16, 0, 2)]);
    assert_eq!(damage_of(nothing_before), Damage::CodeSet);
    let behind_the_last = own(&[&whole[..5], &[(16, 0, 2)]].concat());
    assert_eq!(damage_of(behind_the_last), Damage::CodeSet);
    let zeros_behind_the_last = own(&[&whole[..5], &[zeros(11)]].concat());
    assert_eq!(damage_of(zeros_behind_the_last), Damage::CodeSet);
}

#[test]
fn a_length_is_repeated_from_literals_on_to_distances() {
    let stream = Stream::new().block(true, OWN);
    let stream = stream.number(0, 5).number(3, 5).number(15, 4);
    // 253 zeros, and two bits for each of four literals and four distances.
    let symbols = [(18, 127, 7), (18, 104, 7), (2, 0, 0), (16, 3, 2), (2, 0, 0)];
    let stream = run_lengths(stream, &symbols).codes([(2, 2), (3, 2)]);
    assert_eq!(content_of(stream), [255]);
}

#[test]
fn the_longest_codes_are_found_up_to_the_last_bit() {
    // Codes of 1 to 14 bits and two of fifteen, in both sets; the longest matches have the longest.
    let literals: Vec<(usize, u8)> = (0..13).zip(1..).collect();
    let literals = [&literals[..], &[(END, 14), (284, 15), (285, 15)]].concat();
    let literals = lengths(&literals, 286);
    let distances: Vec<(usize, u8)> = (0..14).zip(1..).collect();
    let distances = lengths(&[&distances[..], &[(28, 15), (29, 15)]].concat(), 30);
    let literal = |symbol| code_of(&literals, symbol);
    let far = code_of(&distances, 29);
    let mut expected: Vec<u8> = (0..40_000_u64)
        .map(|place| (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
        .collect();
    let stream = Stream::new().content(&expected).block(true, OWN);
    let mut stream = stream.own_codes(&literals, &distances);
    // Two literals of eleven bits and a match of 48 are as much as is decoded at a time. What comes before shifts them.
    let before: [&[usize]; 3] = [&[], &[0], &[10, 10, 12]];
    for turn in 0..400 {
        let literals = [before[turn % 3], &[10; 2]].concat();
        expected.extend(literals.iter().map(|symbol| *symbol as u8));
        stream = stream.codes(literals.into_iter().map(literal));
        stream = stream.code(literal(284)).number(30, 5);
        stream = stream.code(far).number(turn as u32, 13);
        let from = expected.len() - 24577 - turn;
        expected.extend_from_within(from..from + 257);
    }
    assert!(content_of(stream.clone().code(literal(END))) == expected);
    let whole = stream.finish();
    for cut in whole.len() - 100..whole.len() {
        let (content, ended) = decode(&whole[..cut]);
        assert_eq!(ended, Ended::Cut);
        assert!(expected.starts_with(&content));
    }
}

#[test]
fn any_cut_is_told_from_damage() {
    let literals = lengths(&[(usize::from(b'a'), 1), (END, 2), (285, 2)], 286);
    let symbols = [b'a'.into(), b'a'.into(), 285].map(|symbol| code_of(&literals, symbol));
    let own = Stream::new().content(b"stored").block(false, OWN);
    let own = own.own_codes(&literals, &[0, 1]).codes(symbols);
    let own = own.code((0, 1)).code(code_of(&literals, END));
    let fixed_codes = [fixed(b'b'.into()), fixed(265)];
    let whole = own.block(true, FIXED).codes(fixed_codes).number(1, 1);
    let whole = whole.code(fixed_distance(4)).number(1, 1).code(fixed(END));
    let expected = content_of(whole.clone());
    assert_eq!(expected.len(), 6 + 2 + 258 + 1 + 12);
    let whole = whole.finish();
    for cut in 0..whole.len() {
        let (content, ended) = decode(&whole[..cut]);
        assert_eq!(ended, Ended::Cut, "of {cut} bytes");
        assert!(expected.starts_with(&content));
    }
}

#[test]
fn one_set_of_codes_leaves_nothing_to_the_next() {
    let two = two_symbols();
    let many = fixed_lengths()[..286].to_vec();
    let end_of_two = code_of(&two, END);
    // Fixed codes, two codes, and what was valid before is not any more.
    let stream = Stream::new().block(false, FIXED).code(fixed(b'b'.into()));
    let stream = stream.code(fixed(END)).block(false, OWN);
    let stream = stream
        .own_codes(&two, &[0])
        .code(code_of(&two, b'a'.into()));
    let stream = stream.code(end_of_two).block(true, OWN);
    let only_end = lengths(&[(END, 1)], 257);
    let stream = stream.own_codes(&only_end, &[0]).code((1, 1));
    let (content, ended) = decode_in_both_loops(&stream.finish());
    assert_eq!(
        (content.as_slice(), ended),
        (b"ba".as_slice(), Ended::Damaged(Damage::Code))
    );
    // The fixed codes without those that stand for nothing do not fill their space.
    let stream = Stream::new().block(true, OWN).own_codes(&many, &[0]);
    assert_eq!(damage_of(stream), Damage::CodeSet);
}
