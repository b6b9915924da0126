//! All compressors that there are, as functions of a level.

use std::io::{Seek, Write};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use libdeflater::{CompressionLvl, Compressor};

pub(crate) fn flate2_deflate(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(content).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

pub(crate) fn flate2_gzip(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(content).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

/// With blocks that are flushed every so often, as of a log that is packed as it is written.
pub(crate) fn flate2_flushed(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    for chunk in content.chunks(997) {
        encoder.write_all(chunk).expect("a vector takes all");
        encoder.flush().expect("a vector takes all");
    }
    encoder.finish().expect("a vector takes all")
}

pub(crate) fn miniz_oxide(content: &[u8], level: u32) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(content, level as u8)
}

pub(crate) fn zopfli(content: &[u8]) -> Vec<u8> {
    let options = zopfli::Options {
        iteration_count: std::num::NonZeroU64::MIN,
        ..zopfli::Options::default()
    };
    let mut packed = Vec::new();
    zopfli::compress(options, zopfli::Format::Deflate, content, &mut packed)
        .expect("a vector takes all");
    packed
}

pub(crate) fn libdeflate(content: &[u8], level: u32) -> Vec<u8> {
    let level = CompressionLvl::new(level as i32).expect("a level of 0 to 12");
    let mut compressor = Compressor::new(level);
    let mut packed = vec![0; compressor.gzip_compress_bound(content.len())];
    let size = compressor
        .gzip_compress(content, &mut packed)
        .expect("room for the worst");
    packed.truncate(size);
    packed
}

/// `None` where there is no such program.
pub(crate) fn program(name: &str, level: u32, content: &[u8]) -> Option<Vec<u8>> {
    let mut input = tempfile::tempfile().expect("a temporary file");
    input.write_all(content).expect("room for it");
    input.rewind().expect("a file goes back");
    let output = Command::new(name)
        .args([&format!("-{level}"), "-c"])
        .stdin(input)
        .stderr(Stdio::inherit())
        .output();
    match output {
        Ok(output) => {
            assert!(output.status.success(), "{name} -{level}");
            Some(output.stdout)
        }
        Err(error) => {
            eprintln!("skipped {name}: {error}");
            None
        }
    }
}
