//! The sandbox.

use std::error::Error;
use std::sync::Arc;

use pushgate_sandbox::{Allocation, Answer, Flavor, FlavorHost, Image, InspectError, Limits, Push, Sandbox, SandboxOptions};

use crate::turns::Contender;
use crate::{MEMORY, POOL, REFERENCE};

pub(crate) struct Ours {
    flavor: Flavor,
    host: Arc<NoImages>,
    limits: Limits,
}

struct NoImages;

#[async_trait::async_trait]
impl FlavorHost for NoImages {
    async fn images(&self) -> Result<Vec<Image>, InspectError> {
        Err(InspectError::NotFound)
    }
}

impl Ours {
    pub(crate) fn new(component: &[u8]) -> Result<Self, Box<dyn Error>> {
        let options = SandboxOptions { allocation: Allocation::Pooling { calls: POOL }, ..SandboxOptions::default() };
        let flavor = Sandbox::new(options)?.load_bytes(component)?;
        Ok(Self { flavor, host: Arc::new(NoImages), limits: Limits { memory_bytes: MEMORY, ..Limits::default() } })
    }
}

impl Contender for Ours {
    async fn call(&self) -> Result<(), String> {
        let [reference, registry, repository, tag] = REFERENCE.map(str::to_owned);
        let push = Push {
            registry_uri: registry.clone(),
            reference,
            registry,
            repository,
            tag: Some(tag),
            settings: "{}".to_owned(),
            requested_at: 1_750_000_000,
            dry_run: true,
        };
        match self.flavor.prepare(push, Arc::clone(&self.host) as _, &self.limits).await.answer {
            Ok(Answer::Approved) => Ok(()),
            other => Err(format!("not approved: {other:?}")),
        }
    }
}
