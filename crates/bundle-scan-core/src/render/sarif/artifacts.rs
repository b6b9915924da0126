//! The files that results are about, each inside of what holds it, and places in them.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::WireMessage;
use crate::base::lang::Lang;
use crate::base::member_path::NESTING;
use crate::finding::Evidence;
use crate::render::escape::visible;
use crate::render::words::words;
use crate::report::Bundle;

/// What is no path as RFC 3986 spells it: everything but its unreserved characters and `/`.
const NO_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Stands for the bundle, if that is a folder.
const BUNDLE: &str = "BUNDLE";
/// Stands for the folder in which the scan was started.
const START: &str = "START";
/// Where the bundle is among the artifacts.
const BUNDLE_INDEX: usize = 0;

/// How the members of a bundle are addressed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    /// A folder: its files stand for themselves.
    Folder,
    /// An archive, which holds its members.
    Archive,
    /// One file, packed or not, which is its own member.
    File,
}

impl Packing {
    fn of(bundle: &Bundle) -> Self {
        match bundle.container.split('+').next() {
            Some("directory") => Packing::Folder,
            Some("tar" | "zip") => Packing::Archive,
            _ => Packing::File,
        }
    }
}

/// The artifacts of a run while its results are written.
pub(super) struct Artifacts {
    packing: Packing,
    artifacts: Vec<WireArtifact>,
    by_address: BTreeMap<String, usize>,
}

impl Artifacts {
    /// With the bundle as the first one.
    pub(super) fn new(bundle: &Bundle) -> Self {
        let packing = Packing::of(bundle);
        let folder = (packing == Packing::Folder).then_some("directory");
        let location = WireArtifactLocation {
            index: BUNDLE_INDEX,
            ..from_start(&bundle.path)
        };
        let artifact = WireArtifact {
            description: None,
            location,
            parent_index: None,
            roles: folder.into_iter().chain(["analysisTarget"]).collect(),
        };
        Artifacts {
            packing,
            artifacts: vec![artifact],
            by_address: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<WireArtifact> {
        self.artifacts
    }

    /// What the bases of relative paths mean, as far as a report can tell.
    pub(super) fn bases(&self, bundle: &Bundle, lang: Lang) -> BTreeMap<&'static str, WireBase> {
        let words = words(lang);
        let mut bases = BTreeMap::new();
        if self.packing == Packing::Folder {
            let folder = from_start(&format!("{}/", bundle.path.trim_end_matches('/')));
            bases.insert(
                BUNDLE,
                WireBase {
                    uri: Some(folder.uri),
                    uri_base_id: folder.uri_base_id,
                    description: WireMessage::new(words.bundle),
                },
            );
        }
        if self.artifacts[BUNDLE_INDEX].location.uri_base_id.is_some() {
            bases.insert(
                START,
                WireBase {
                    uri: None,
                    uri_base_id: None,
                    description: WireMessage::new(words.started_in),
                },
            );
        }
        bases
    }

    /// The place of a member as a whole.
    pub(super) fn member(&mut self, address: &str) -> WireLocation {
        let index = self.index_of(address);
        self.place(index, None, None)
    }

    /// The place of a line of proof, with its text.
    pub(super) fn proof(&mut self, evidence: &Evidence) -> WireLocation {
        let index = self.index_of(evidence.member.as_str());
        let shown = visible(&evidence.text);
        let region = WireRegion {
            start_line: evidence.line.max(1),
            snippet: Some(WireSnippet {
                rendered: (shown != evidence.text).then(|| WireText {
                    text: shown.into_owned(),
                }),
                text: evidence.text.clone(),
            }),
            properties: Some(WireRegionProperties {
                byte_offset: evidence.byte_offset,
                truncated: evidence.truncated,
            }),
        };
        self.place(index, Some(region), None)
    }

    /// The place of a line.
    pub(super) fn line(&mut self, address: &str, line: u64, message: &str) -> WireLocation {
        let index = self.index_of(address);
        let region = WireRegion {
            start_line: line.max(1),
            snippet: None,
            properties: None,
        };
        self.place(index, Some(region), Some(WireMessage::new(message)))
    }

    fn place(
        &self,
        index: usize,
        region: Option<WireRegion>,
        message: Option<WireMessage>,
    ) -> WireLocation {
        WireLocation {
            physical_location: WirePhysicalLocation {
                artifact_location: self.artifacts[index].location.clone(),
                region,
            },
            message,
        }
    }

    /// Where the artifact of a member is. What holds it stands before it.
    fn index_of(&mut self, address: &str) -> usize {
        if let Some(index) = self.by_address.get(address) {
            return *index;
        }
        let index = match address.rsplit_once(NESTING) {
            Some((outer, inner)) => {
                let parent = self.index_of(outer);
                self.add(address, inner, Some(parent))
            }
            None if address.is_empty() || self.packing == Packing::File => BUNDLE_INDEX,
            None => {
                let parent = (self.packing == Packing::Archive).then_some(BUNDLE_INDEX);
                self.add(address, address, parent)
            }
        };
        self.by_address.insert(address.to_owned(), index);
        index
    }

    fn add(&mut self, address: &str, path: &str, parent_index: Option<usize>) -> usize {
        let index = self.artifacts.len();
        let path = encoded(path);
        let location = match parent_index {
            // So that it is told from a path beside the report.
            Some(_) => WireArtifactLocation {
                uri: format!("/{path}"),
                uri_base_id: None,
                index,
            },
            None => WireArtifactLocation {
                uri: path,
                uri_base_id: Some(BUNDLE),
                index,
            },
        };
        self.artifacts.push(WireArtifact {
            description: Some(WireMessage::new(address)),
            location,
            parent_index,
            roles: Vec::new(),
        });
        index
    }
}

/// A path that the user gave.
fn from_start(path: &str) -> WireArtifactLocation {
    let uri = encoded(path);
    let (uri, uri_base_id) = match uri.starts_with('/') {
        true => (format!("file://{uri}"), None),
        false => (uri, Some(START)),
    };
    WireArtifactLocation {
        uri,
        uri_base_id,
        index: BUNDLE_INDEX,
    }
}

fn encoded(path: &str) -> String {
    utf8_percent_encode(path, NO_PATH).to_string()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireArtifact {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<WireMessage>,
    location: WireArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_index: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'static str>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct WireArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    index: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireBase {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    description: WireMessage,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireLocation {
    physical_location: WirePhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<WireMessage>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WirePhysicalLocation {
    artifact_location: WireArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<WireRegion>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRegion {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<WireSnippet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<WireRegionProperties>,
}

/// The line as it is, and as a terminal may show it where that differs.
#[derive(Serialize)]
struct WireSnippet {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered: Option<WireText>,
}

#[derive(Serialize)]
struct WireText {
    text: String,
}

/// A property of the format is called `byteOffset` too. It asks for the length in bytes of the line as it stands in the
/// member, in its own encoding, which is not kept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRegionProperties {
    byte_offset: u64,
    truncated: bool,
}
