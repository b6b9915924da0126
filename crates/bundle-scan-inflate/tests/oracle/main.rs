//! Whether the decoder agrees with another, zlib-rs by way of flate2: about what any compressor writes, and about what is damaged.

#![allow(missing_docs, clippy::print_stderr)]

mod compressors;
mod damaged;
mod intact;
mod judge;
mod members;
mod samples;
