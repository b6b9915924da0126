#![no_main]

libfuzzer_sys::fuzz_target!(
    init: bundle_scan_fuzz::seeds::plant("signatures"),
    |data: &[u8]| bundle_scan_fuzz::signatures(data)
);
