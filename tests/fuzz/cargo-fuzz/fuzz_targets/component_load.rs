#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pushgate_test_fuzz::component_load(bytes));
