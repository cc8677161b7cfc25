//! The one configuration of wasmtime.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Result};

use crate::{Allocation, Limits};

/// The address space of a memory: all that a guest can name, so that the processor checks the bounds and no code has to.
const MEMORY_RESERVATION: u64 = 4 << 30;
/// What an address of the guest plus a constant offset can reach behind it.
const MEMORY_GUARD: u64 = 32 << 20;
/// What a guest's own calls may nest: less than the stack that it runs on, which must also hold our functions.
const WASM_STACK: usize = 512 << 10;

/// What a slot of the pool keeps of its memory and its stack between two calls, zeroed, instead of giving it back to the system.
const KEPT_MEMORY: usize = 4 << 20;
const KEPT_STACK: usize = 64 << 10;
const KEPT_TABLE: usize = 64 << 10;

/// An engine that knows what a flavor needs and nothing else. Each proposal is named, so that no upgrade switches one on.
///
/// How memory is allocated changes nothing about compiled code.
pub(crate) fn new(allocation: Allocation) -> Result<Engine> {
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
        .allocation_strategy(match allocation {
            Allocation::OnDemand => InstanceAllocationStrategy::OnDemand,
            Allocation::Pooling { calls } => InstanceAllocationStrategy::Pooling(pool(calls)),
        })
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

/// Room for `calls` calls: for the memories, tables and instances that one has by default, each as large as the caps allow. A slot costs
/// address space and nothing else until it is used.
fn pool(calls: u16) -> PoolingAllocationConfig {
    let calls = u32::from(calls);
    let (usual, caps) = (Limits::default(), Limits::CAPS);
    let count = |each: usize| calls.saturating_mul(u32::try_from(each).unwrap_or(u32::MAX));
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_stacks(calls)
        .total_core_instances(count(usual.instances))
        .total_memories(count(usual.memories))
        .total_tables(count(usual.tables))
        .max_memory_size(caps.memory_bytes)
        .table_elements(caps.table_elements)
        .max_memories_per_module(u32::try_from(usual.memories).unwrap_or(u32::MAX))
        .max_tables_per_module(u32::try_from(usual.tables).unwrap_or(u32::MAX))
        .max_unused_warm_slots(calls)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(KEPT_TABLE)
        .async_stack_keep_resident(KEPT_STACK)
        .pagemap_scan(Enabled::Auto);
    pool
}
