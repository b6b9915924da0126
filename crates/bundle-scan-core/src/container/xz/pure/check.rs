//! The checks over the content of a block.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::damaged;

/// Bytes of the checks by id; those that nobody defined are read over.
const LENGTHS: [u64; 16] = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const MAX_LENGTH: usize = 64;

/// A check with what it has seen.
#[derive(Clone)]
pub(super) struct Check {
    id: u8,
    state: State,
}

#[derive(Clone)]
enum State {
    Unknown,
    Crc32(crc32fast::Hasher),
    Crc64(u64),
    Sha256(Box<Sha256>),
}

impl Check {
    /// The one with that id.
    pub(super) fn new(id: u8) -> Self {
        let state = match id {
            1 => State::Crc32(crc32fast::Hasher::new()),
            4 => State::Crc64(!0),
            10 => State::Sha256(Box::default()),
            _ => State::Unknown,
        };
        Check { id, state }
    }

    pub(super) fn id(&self) -> u8 {
        self.id
    }

    /// Bytes that it takes in the stream.
    pub(super) fn length(&self) -> u64 {
        LENGTHS.get(usize::from(self.id)).copied().unwrap_or(0)
    }

    /// Goes on over `content`.
    pub(super) fn update(&mut self, content: &[u8]) {
        match &mut self.state {
            State::Unknown => {}
            State::Crc32(hash) => hash.update(content),
            State::Crc64(crc) => *crc = crc64(*crc, content),
            State::Sha256(hash) => hash.update(content),
        }
    }

    /// Reads what the stream says, and holds what was seen against it.
    pub(super) fn read(self, encoded: &mut impl Read) -> io::Result<()> {
        let mut said = [0; MAX_LENGTH];
        let (said, _) = said.split_at_mut(self.length() as usize);
        encoded.read_exact(said)?;
        let is_right = match self.state {
            State::Unknown => true,
            State::Crc32(hash) => *said == hash.finalize().to_le_bytes(),
            State::Crc64(crc) => *said == (!crc).to_le_bytes(),
            State::Sha256(hash) => said[..] == hash.finalize()[..],
        };
        match is_right {
            true => Ok(()),
            false => Err(damaged("a block does not have the checksum that it says")),
        }
    }
}

/// The remainders of all bytes by the polynomial of ECMA-182, reversed.
const REMAINDERS: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            rest = (rest >> 1) ^ ((rest & 1) * 0xc96c_5795_d787_0f42);
            bit += 1;
        }
        table[byte] = rest;
        byte += 1;
    }
    table
};

fn crc64(crc: u64, content: &[u8]) -> u64 {
    let step = |crc: u64, byte: &u8| REMAINDERS[usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
    content.iter().fold(crc, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_those_of_the_format() {
        for (id, expected) in [
            (1, &0xcbf4_3926_u32.to_le_bytes()[..]),
            (4, &0x995d_c9bb_df19_39fa_u64.to_le_bytes()),
            (0, &[]),
            (7, &[7; 16]),
        ] {
            let mut check = Check::new(id);
            check.update(b"1234");
            check.update(b"56789");
            let mut wrong = expected.to_vec();
            check.clone().read(&mut &*wrong).expect("the check holds");
            if let (1 | 4, [first, ..]) = (id, &mut wrong[..]) {
                *first ^= 1;
                check.read(&mut &*wrong).expect_err("the check is wrong");
            }
        }
    }
}
