//! The sandbox.

use std::error::Error;
use std::sync::Arc;

use pushgate_sandbox::{Allocation, Answer, Flavor, Limits, Push, Sandbox, SandboxOptions};

use crate::turns::Contender;
use crate::{MEMORY, POOL, REFERENCE};

pub(crate) struct Ours {
    flavor: Flavor,
    limits: Limits,
}

impl Ours {
    pub(crate) fn new(component: &[u8]) -> Result<Self, Box<dyn Error>> {
        let options = SandboxOptions { allocation: Allocation::Pooling { calls: POOL }, ..SandboxOptions::default() };
        let flavor = Sandbox::new(options)?.load_bytes(component)?;
        Ok(Self { flavor, limits: Limits { memory_bytes: MEMORY, ..Limits::default() } })
    }
}

impl Contender for Ours {
    async fn call(&self) -> Result<(), String> {
        let [_, registry, repository, tag] = REFERENCE;
        let push = Push::tagged(registry, registry, repository, tag);
        match self.flavor.prepare(push, Arc::new(()), &self.limits).await.answer {
            Ok(Answer::Approved) => Ok(()),
            other => Err(format!("not approved: {other:?}")),
        }
    }
}
