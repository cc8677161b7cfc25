//! The whole way, against the fake Engine (and, where something is pushed, the small registry), and against sockets that are no Engine.

mod connecting;
mod encrypted;
mod exporting;
mod inspecting;
mod pushing;

use pushgate_reference::{ImageReference, RegistryUri};
use pushgate_test_engine::{Endpoint, Engine, Image, Options, Rule, Switch};

use super::*;

/// Long enough for every honest answer on a loaded machine, short enough to wait for the dishonest.
const SHORT: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(60);

fn at(host: String) -> EngineEnvironment {
    EngineEnvironment { docker_host: Some(host), ..EngineEnvironment::default() }
}

fn limits() -> EngineLimits {
    EngineLimits { connect: LONG, request: LONG, idle: LONG, ..EngineLimits::default() }
}

async fn connect(fake: &Engine) -> DockerEngine {
    connect_within(fake, limits()).await
}

async fn connect_within(fake: &Engine, limits: EngineLimits) -> DockerEngine {
    DockerEngine::connect_with_limits(&at(fake.docker_host()), limits).await.expect("the fake Engine answers")
}

async fn start(options: Options) -> Engine {
    Engine::start(options).await.expect("a fake Engine")
}

/// A daemon that does this in the place of answering one kind of request.
async fn fake_with(endpoint: Endpoint, switch: Switch) -> Engine {
    start(Options::default().misbehave(Rule::on(endpoint, switch))).await
}

fn page(status: u16, body: impl Into<bytes::Bytes>) -> Switch {
    Switch::Reply { status, content_type: "text/html", body: body.into() }
}

fn json(body: &str) -> Switch {
    Switch::Reply { status: 200, content_type: "application/json", body: bytes::Bytes::from(body.to_owned()) }
}
