//! A loaded flavor, and what can be asked of it.

use std::fmt;
use std::sync::Arc;

use wasmtime::component::{ComponentExportIndex, Instance};
use wasmtime::component::{ComponentNamedList, Lift, Lower, TypedFunc};
use wasmtime::{Result as WasmResult, Store, UpdateDeadline};

use crate::bindings::v0_1::{self, HookParameters, HookResults};
use crate::call_slots::CallSlots;
use crate::failure::{Failure, settle};
use crate::link::Linked;
use crate::raw_answer::RawAnswer;
use crate::state::{CallState, PushHandle, Stop};
use crate::ticker::{TICK, Ticker};
use crate::{Call, CallError, Capability, ComponentDigest, FlavorHost, Limits, Push};

/// A flavor that is compiled, and whose imports and exports fit the contract. Cheap to clone.
///
/// Its functions are asynchronous: they want a tokio runtime with its time driver, and give way to other tasks every 10 ms.
/// Dropping their future ends the guest.
#[derive(Clone)]
pub struct Flavor {
    digest: ComponentDigest,
    linked: Linked,
    ticker: Arc<Ticker>,
    slots: CallSlots,
}

impl fmt::Debug for Flavor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Flavor").field("digest", &self.digest).finish_non_exhaustive()
    }
}

/// Handles that are lent in one call over the boundary, at most.
const LENDS: usize = 16;

impl Flavor {
    pub(crate) fn new(digest: ComponentDigest, linked: Linked, ticker: Arc<Ticker>, slots: CallSlots) -> Self {
        Self { digest, linked, ticker, slots }
    }

    /// The digest of the component.
    pub fn digest(&self) -> &ComponentDigest {
        &self.digest
    }

    /// The package whose hook it exports, for example `pushgate:flavor@0.1.2`.
    pub fn contract(&self) -> String {
        self.linked.checked.contract()
    }

    /// What it asks for, sorted.
    pub fn capabilities(&self) -> &[Capability] {
        &self.linked.checked.capabilities
    }

    /// Whether it says which settings it takes.
    pub fn has_settings_schema(&self) -> bool {
        self.linked.settings.is_some()
    }

    /// Instantiates the flavor once and drops it again: its start functions run, no hook is called.
    ///
    /// # Errors
    /// How it broke.
    pub async fn trial(&self, limits: &Limits) -> Result<(), CallError> {
        let _slot = self.slots.enter().await;
        let limits = &limits.within_caps();
        let mut store = self.start(limits, None)?;
        let clock = store.data().wall_clock.clone();
        let outcome = clock.limit(self.instantiate(&mut store)).await;
        settle(outcome, store.data(), limits).map(drop)
    }

    /// The JSON Schema of the settings that the flavor takes; `None` if it does not say. The text is the guest's: its size is
    /// bounded, nothing else of it is checked.
    ///
    /// # Errors
    /// How it broke.
    pub async fn settings_schema(&self, limits: &Limits) -> Result<Option<String>, CallError> {
        let Some(settings) = &self.linked.settings else {
            return Ok(None);
        };
        let _slot = self.slots.enter().await;
        let limits = &limits.within_caps();
        let mut store = self.start(limits, None)?;
        let clock = store.data().wall_clock.clone();
        let outcome = clock.limit(self.ask::<(), (String,)>(&mut store, settings, |_| Ok(()))).await;
        let (schema,) = settle(outcome, store.data(), limits)?;
        if schema.len() > limits.schema_bytes {
            let message = format!("its settings schema has {} bytes, more than the {} that are allowed", schema.len(), limits.schema_bytes);
            return Err(CallError::BadAnswer { message });
        }
        Ok(Some(schema))
    }

    /// Asks the hook about a push. Never fails as a whole: how the hook broke is in [`Call::answer`], beside what it said before.
    pub async fn prepare(&self, push: Push, host: Arc<dyn FlavorHost>, limits: &Limits) -> Call {
        let _slot = self.slots.enter().await;
        let limits = &limits.within_caps();
        let mut store = match self.start(limits, Some(host)) {
            Ok(store) => store,
            Err(error) => return Call::broken(error),
        };
        // Before the guest is instantiated: what a language runs before its hook may look at the clock.
        store.data_mut().requested_at = push.requested_at;
        let clock = store.data().wall_clock.clone();
        let lend = |state: &mut CallState| Ok((state.lend(PushHandle(push))?,));
        let outcome = clock.limit(self.ask::<HookParameters, HookResults>(&mut store, &self.linked.hook, lend)).await;
        let checked = settle(outcome, store.data(), limits).map(v0_1::raw_answer).and_then(|raw: RawAnswer| raw.check(limits));
        let state = store.into_data();
        let memory_peak = state.limiter.memory_peak();
        let (log, log_suppressed) = state.finish_log();
        let (answer, violations_suppressed) = match checked {
            Ok((answer, suppressed)) => (Ok(answer), suppressed),
            Err(error) => (Err(error), 0),
        };
        Call { answer, log, log_suppressed, violations_suppressed, memory_peak }
    }

    /// A fresh store with every limit set, before any code of the guest runs in it.
    fn start(&self, limits: &Limits, host: Option<Arc<dyn FlavorHost>>) -> Result<Store<CallState>, CallError> {
        let ticking = self
            .ticker
            .start()
            .map_err(|error| CallError::Sandbox { message: format!("the clock's thread cannot be started: {error}") })?;
        let state = CallState::new(limits, self.linked.checked.toolchain, host, ticking);
        let mut store = Store::new(self.linked.instance.engine(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits.host_call_bytes);
        // Resources of the guest's own count too, and so does what is lent for the length of a call.
        store.set_max_component_handles(limits.handles.saturating_add(LENDS));
        let mut ticks_left = limits.compute.as_nanos().div_ceil(TICK.as_nanos());
        store.epoch_deadline_callback(move |store| {
            if store.data().wall_clock.has_passed() {
                return Err(Stop::Wall.into());
            }
            ticks_left = ticks_left.checked_sub(1).ok_or(Stop::Compute)?;
            // Whoever waits for this call can drop it now.
            Ok(UpdateDeadline::Yield(1))
        });
        store.set_epoch_deadline(1);
        Ok(store)
    }

    async fn instantiate(&self, store: &mut Store<CallState>) -> Result<Instance, Failure> {
        self.linked.instance.instantiate_async(store).await.map_err(Failure::instantiate)
    }

    /// Instantiates the flavor and calls one function of it.
    async fn ask<Parameters, Results>(
        &self,
        store: &mut Store<CallState>,
        function: &ComponentExportIndex,
        parameters: impl FnOnce(&mut CallState) -> WasmResult<Parameters>,
    ) -> Result<Results, Failure>
    where
        Parameters: ComponentNamedList + Lower + Send + Sync + 'static,
        Results: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let instance = self.instantiate(store).await?;
        let function: TypedFunc<Parameters, Results> = instance.get_typed_func(&mut *store, function).map_err(Failure::instantiate)?;
        let parameters = parameters(store.data_mut()).map_err(Failure::call)?;
        function.call_async(&mut *store, parameters).await.map_err(Failure::call)
    }
}
