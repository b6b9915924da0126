//! With what a scan decodes and searches.

/// The report is the same either way, but for the words in which a decoder names damage, and for how much of a damaged stream it still gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Means {
    /// What was written for this job: the inflate of `bundle-scan-inflate`, the filter of `matcher::qgram`.
    #[default]
    Own,
    /// What everybody uses: flate2, and Aho-Corasick for all anchors. Slower, and the yardstick of the other.
    Common,
}
