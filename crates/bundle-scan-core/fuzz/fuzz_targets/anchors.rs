#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bundle_scan_fuzz::seeds::plant("anchors"),
    |data: &[u8]| bundle_scan_fuzz::anchors(data)
);
