//! What somebody would write with wasmtime alone: the same pool, epochs, limiter and imports, and none of the sandbox's bookkeeping.

use std::error::Error;
use std::time::Duration;

use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result as WasmResult, Store, StoreLimits,
    StoreLimitsBuilder,
};

use crate::turns::Contender;
use crate::{MEMORY, POOL, REFERENCE};
use bindings::FlavorPre;
use bindings::exports::pushgate::flavor::prepare_image_push::Approval;
use bindings::pushgate::flavor::{log, types};

#[allow(missing_docs, unreachable_pub, clippy::all)]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/v0.1",
        world: "flavor",
        imports: { "pushgate:flavor/types.[method]image-push.images": async | trappable, default: trappable },
        exports: { default: async },
        with: {
            "pushgate:flavor/types.image": super::ImageHandle,
            "pushgate:flavor/types.image-push": super::PushHandle,
        },
    });
}

#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct PushHandle;
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct ImageHandle;

pub(crate) struct Bare {
    engine: Engine,
    flavor: FlavorPre<State>,
}

struct State {
    limits: StoreLimits,
    table: ResourceTable,
}

impl Bare {
    pub(crate) fn new(component: &[u8]) -> Result<Self, Box<dyn Error>> {
        let mut pool = PoolingAllocationConfig::new();
        let calls = u32::from(POOL);
        pool.total_component_instances(calls)
            .total_stacks(calls)
            .total_core_instances(calls * 128)
            .total_memories(calls * 16)
            .total_tables(calls * 128)
            .max_memory_size(1 << 30)
            .table_elements(1_000_000)
            .max_memories_per_module(16)
            .max_tables_per_module(128)
            .max_unused_warm_slots(calls)
            .linear_memory_keep_resident(4 << 20)
            .table_keep_resident(64 << 10)
            .async_stack_keep_resident(64 << 10)
            .pagemap_scan(Enabled::Auto);
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool)).epoch_interruption(true).concurrency_support(false);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        types::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
        log::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut State| state)?;
        let component = Component::from_binary(&engine, component)?;
        #[allow(clippy::disallowed_methods, reason = "there are no older flavors here, and it is what one would do with wasmtime alone")]
        linker.define_unknown_imports_as_traps(&component)?;
        let flavor = FlavorPre::new(linker.instantiate_pre(&component)?)?;
        let weak = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        Ok(Self { engine, flavor })
    }
}

impl Contender for Bare {
    async fn call(&self) -> Result<(), String> {
        self.ask().await.map_err(|error| format!("{error:#}"))
    }
}

impl Bare {
    async fn ask(&self) -> WasmResult<()> {
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY).table_elements(100_000).instances(128).memories(16).tables(128).build();
        let mut store = Store::new(&self.engine, State { limits, table: ResourceTable::new() });
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let flavor = self.flavor.instantiate_async(&mut store).await?;
        let push = store.data_mut().table.push(PushHandle)?;
        match flavor.pushgate_flavor_prepare_image_push().call_prepare(&mut store, push).await? {
            Ok(Approval::Approved) => Ok(()),
            Err(refusal) => Err(wasmtime::Error::msg(format!("not approved: {refusal:?}"))),
        }
    }
}

impl types::Host for State {}

impl types::HostImagePush for State {
    fn reference(&mut self, _push: Resource<PushHandle>) -> WasmResult<String> {
        Ok(REFERENCE[0].to_owned())
    }

    fn registry(&mut self, _push: Resource<PushHandle>) -> WasmResult<String> {
        Ok(REFERENCE[1].to_owned())
    }

    fn repository(&mut self, _push: Resource<PushHandle>) -> WasmResult<String> {
        Ok(REFERENCE[2].to_owned())
    }

    fn tag(&mut self, _push: Resource<PushHandle>) -> WasmResult<Option<String>> {
        Ok(Some(REFERENCE[3].to_owned()))
    }

    fn registry_uri(&mut self, _push: Resource<PushHandle>) -> WasmResult<String> {
        Ok(REFERENCE[1].to_owned())
    }

    fn settings(&mut self, _push: Resource<PushHandle>) -> WasmResult<String> {
        Ok("{}".to_owned())
    }

    fn requested_at(&mut self, _push: Resource<PushHandle>) -> WasmResult<u64> {
        Ok(1_750_000_000)
    }

    fn dry_run(&mut self, _push: Resource<PushHandle>) -> WasmResult<bool> {
        Ok(true)
    }

    fn digest(&mut self, _push: Resource<PushHandle>) -> WasmResult<Result<Option<String>, types::InspectError>> {
        Ok(Ok(None))
    }

    async fn images(&mut self, _push: Resource<PushHandle>) -> WasmResult<Result<Vec<Resource<ImageHandle>>, types::InspectError>> {
        Ok(Err(types::InspectError::NotFound))
    }

    fn drop(&mut self, push: Resource<PushHandle>) -> WasmResult<()> {
        self.table.delete(push)?;
        Ok(())
    }
}

impl types::HostImage for State {
    fn platform(&mut self, _image: Resource<ImageHandle>) -> WasmResult<String> {
        Ok(String::new())
    }

    fn labels(&mut self, _image: Resource<ImageHandle>) -> WasmResult<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    fn config(&mut self, _image: Resource<ImageHandle>) -> WasmResult<String> {
        Ok("{}".to_owned())
    }

    fn compressed_size(&mut self, _image: Resource<ImageHandle>) -> WasmResult<Option<u64>> {
        Ok(None)
    }

    fn uncompressed_size(&mut self, _image: Resource<ImageHandle>) -> WasmResult<Option<u64>> {
        Ok(None)
    }

    fn annotations(&mut self, _image: Resource<ImageHandle>) -> WasmResult<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    fn drop(&mut self, image: Resource<ImageHandle>) -> WasmResult<()> {
        self.table.delete(image)?;
        Ok(())
    }
}

impl log::Host for State {
    fn log(&mut self, _level: log::Level, _message: String) -> WasmResult<()> {
        Ok(())
    }
}
