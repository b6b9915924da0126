#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bundle_scan_fuzz::inflate(data));
