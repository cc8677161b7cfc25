//! The one configuration of wasmtime.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, Result};

/// The address space that a memory gets before it has to move. More would only spare bounds checks.
const MEMORY_RESERVATION: u64 = 64 << 20;
/// Enough to spare the bounds checks of neighbouring fields.
const MEMORY_GUARD: u64 = 2 << 20;
/// What a guest's own calls may nest: less than the stack that it runs on, which must also hold our functions.
const WASM_STACK: usize = 512 << 10;

/// An engine that knows what a flavor needs and nothing else. Each proposal is named, so that no upgrade switches one on.
pub(crate) fn new() -> Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Switches off all of the component model that is asynchronous.
        .concurrency_support(false)
        .wasm_component_model_error_context(false)
        .wasm_component_model_gc(false)
        .wasm_component_model_map(false)
        .wasm_component_model_memory64(false)
        .wasm_component_model_fixed_length_lists(false)
        .wasm_component_model_implements(false)
        .wasm_gc(false)
        .wasm_exceptions(false)
        .wasm_function_references(false)
        .wasm_threads(false)
        .wasm_shared_everything_threads(false)
        .shared_memory(false)
        .wasm_memory64(false)
        .wasm_stack_switching(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    config
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_reservation_for_growth(MEMORY_RESERVATION)
        .memory_guard_size(MEMORY_GUARD)
        .memory_init_cow(true)
        .max_wasm_stack(WASM_STACK)
        .epoch_interruption(true);
    config
        .cranelift_opt_level(OptLevel::Speed)
        .parallel_compilation(true)
        // The offsets in a backtrace say nothing to the person who pushes: without them artifacts are smaller and load faster.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
    Engine::new(&config)
}
