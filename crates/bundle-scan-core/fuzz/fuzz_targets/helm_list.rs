#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bundle_scan_fuzz::parse("helm-list", data));
