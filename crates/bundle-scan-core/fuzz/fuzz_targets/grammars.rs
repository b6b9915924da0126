#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bundle_scan_fuzz::seeds::plant("grammars"),
    |data: &[u8]| bundle_scan_fuzz::grammars(data)
);
