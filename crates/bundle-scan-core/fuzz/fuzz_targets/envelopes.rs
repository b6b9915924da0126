#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bundle_scan_fuzz::seeds::plant("envelopes"),
    |data: &[u8]| bundle_scan_fuzz::envelopes(data)
);
