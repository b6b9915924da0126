#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bundle_scan_fuzz::seeds::plant("inflate"),
    |data: &[u8]| bundle_scan_fuzz::inflate(data)
);
