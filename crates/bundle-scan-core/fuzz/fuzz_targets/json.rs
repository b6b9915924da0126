#![no_main]

use bundle_scan_core::fact::reader::Form;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bundle_scan_fuzz::object(
    data,
    Form::Json { list_kind: None }
));
