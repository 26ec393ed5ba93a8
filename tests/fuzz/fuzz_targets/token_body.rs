#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign::fuzzing::run("token_body", data));
