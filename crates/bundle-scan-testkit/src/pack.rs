//! Packs a fixture into archives.
//!
//! Invariant: no clock, no user, no order of a directory gets into the bytes. Time stamps in a zip are extended ones
//! (Info-ZIP `extrafld.txt`, 0x5455), since DOS times have no zone.

use std::io::{Cursor, Write};

use zip::write::{ExtendedFileOptions, FileOptions};
use zip::{CompressionMethod, ZipWriter};

use super::{Fixture, MTIME};

/// Id of the extended timestamp field.
const EXTENDED_TIMESTAMP: u16 = 0x5455;
/// Level of every encoder: the default of the command line tools.
const LEVEL: u32 = 6;

/// Why a writer into memory cannot fail.
const IN_MEMORY: &str = "writing to memory does not fail";

/// A way to pack a fixture into one file.
pub type Packing = fn(&Fixture) -> Vec<u8>;

impl Fixture {
    /// The packings that keep every path, by name.
    pub const PACKINGS: [(&'static str, Packing); 6] = [
        ("tar", Fixture::tar),
        ("tar.gz", Fixture::tar_gz),
        ("tar.zst", Fixture::tar_zst),
        ("tar.xz", Fixture::tar_xz),
        ("tar.bz2", Fixture::tar_bz2),
        ("zip", Fixture::zip),
    ];

    /// A tar with GNU long names where needed.
    pub fn tar(&self) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, content) in self.files() {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(MTIME);
            archive
                .append_data(&mut header, path, content.as_slice())
                .expect(IN_MEMORY);
        }
        archive.into_inner().expect(IN_MEMORY)
    }

    /// The tar, gzipped.
    pub fn tar_gz(&self) -> Vec<u8> {
        gzip(&self.tar())
    }

    /// The tar in a zstd frame.
    pub fn tar_zst(&self) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 0).expect(IN_MEMORY);
        // As the command line tool does.
        encoder.include_checksum(true).expect(IN_MEMORY);
        encoder.write_all(&self.tar()).expect(IN_MEMORY);
        encoder.finish().expect(IN_MEMORY)
    }

    /// The tar in an xz stream.
    pub fn tar_xz(&self) -> Vec<u8> {
        let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), LEVEL);
        encoder.write_all(&self.tar()).expect(IN_MEMORY);
        encoder.finish().expect(IN_MEMORY)
    }

    /// The tar in a bzip2 stream.
    pub fn tar_bz2(&self) -> Vec<u8> {
        let level = bzip2::Compression::new(LEVEL);
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), level);
        encoder.write_all(&self.tar()).expect(IN_MEMORY);
        encoder.finish().expect(IN_MEMORY)
    }

    /// A zip of deflated members.
    pub fn zip(&self) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in self.files() {
            archive
                .start_file(path.as_str(), zip_options())
                .expect(IN_MEMORY);
            archive.write_all(content).expect(IN_MEMORY);
        }
        archive.finish().expect(IN_MEMORY).into_inner()
    }

    /// The same files, each gzipped under its path and `.gz`.
    pub fn gz_each(&self) -> Fixture {
        let files = self.files().iter();
        let gzipped = files.map(|(path, content)| (format!("{path}.gz"), gzip(content)));
        Fixture::new(gzipped.collect())
    }

    /// A tgz that holds `inner.zip`, which holds every file gzipped.
    pub fn nested(&self) -> Vec<u8> {
        let inner = self.gz_each().zip();
        Fixture::new(vec![("inner.zip".to_owned(), inner)]).tar_gz()
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::new(LEVEL);
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), level);
    encoder.write_all(content).expect(IN_MEMORY);
    encoder.finish().expect(IN_MEMORY)
}

fn zip_options() -> FileOptions<'static, 'static, ExtendedFileOptions> {
    let mut stamp = vec![1];
    let seconds = u32::try_from(MTIME).expect("the time fits a zip");
    stamp.extend_from_slice(&seconds.to_le_bytes());
    let mut options = FileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    options
        .add_extra_field(EXTENDED_TIMESTAMP, stamp, false)
        .expect("an extended timestamp is a valid field");
    options
}
