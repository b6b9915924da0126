//! Data of several kinds, the same at every run.

use std::fmt::Write;

/// A generator of numbers that look random (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// Data and what to call it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) content: Vec<u8>,
}

/// Data that the slowest compressor packs in no time.
pub(crate) fn small() -> Vec<Sample> {
    let samples = [
        ("empty", Vec::new()),
        ("one byte", vec![b'x']),
        ("tiny", b"a tiny text, a tiny text".to_vec()),
        ("log", log(30_000)),
        ("runs", runs(50_000)),
        ("random", random(10_000)),
    ];
    samples
        .map(|(name, content)| Sample { name, content })
        .into()
}

/// Data for the others.
pub(crate) fn all() -> Vec<Sample> {
    let mut samples = small();
    let mixed = Sample {
        name: "mixed",
        content: mixed(1 << 20),
    };
    samples.push(mixed);
    samples
}

/// Lines as of a log.
pub(crate) fn log(size: usize) -> Vec<u8> {
    const LEVELS: [&str; 4] = ["INFO", "WARN", "ERROR", "DEBUG"];
    const WHAT: [&str; 6] = [
        "probe failed",
        "container restarted",
        "sync done",
        "no space left on device",
        "connection reset by peer",
        "lease renewed",
    ];
    let mut numbers = Numbers(1);
    let mut text = String::new();
    let mut milliseconds = 0;
    while text.len() < size {
        milliseconds += numbers.below(2000);
        let (seconds, milli) = (milliseconds / 1000, milliseconds % 1000);
        let level = LEVELS[numbers.below(LEVELS.len())];
        let what = WHAT[numbers.below(WHAT.len())];
        let id = numbers.next();
        let _ = writeln!(
            text,
            "2026-03-10T10:{:02}:{:02}.{milli:03}Z {level} node-{} kubelet: {what} pod={id:016x}",
            seconds / 60 % 60,
            seconds % 60,
            id % 7,
        );
    }
    text.truncate(size);
    text.into_bytes()
}

/// Runs of one byte, or of a few.
pub(crate) fn runs(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(2);
    let mut bytes = Vec::new();
    while bytes.len() < size {
        let unit: Vec<u8> = (0..=numbers.below(40))
            .map(|_| numbers.next() as u8)
            .collect();
        bytes.extend(unit.repeat(1 + numbers.below(3000) / unit.len()));
    }
    bytes.truncate(size);
    bytes
}

pub(crate) fn random(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(3);
    (0..size).map(|_| numbers.next() as u8).collect()
}

/// Stretches of all kinds.
pub(crate) fn mixed(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(4);
    let kinds = [log(200_000), runs(200_000), random(60_000), vec![0; 70_000]];
    let mut bytes = Vec::new();
    while bytes.len() < size {
        let kind = &kinds[numbers.below(kinds.len())];
        let start = numbers.below(kind.len());
        let end = start + numbers.below(kind.len() - start);
        bytes.extend(&kind[start..end]);
    }
    bytes.truncate(size);
    bytes
}
