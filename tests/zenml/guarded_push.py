"""Does with ZenML's active stack what its image builder and its engines do.

Each argument is one thing to do; for each, one JSON object on a line says
what came of it: `done` with the answer, or `error` with the exception's class
and its bases, and `message`.

    build=NAME     let the stack's image builder build and push an image
    push=NAME      build an image locally, and let the engine push it
    digest=NAME    ask the engine for the digest of a parent image
    setup=JSON     register the flavor, a registry with this configuration,
                   and make a stack of them the active one
    registry=JSON  put a registry with this configuration into that stack
    secret=JSON    keep a secret with this name and these values
"""

import json
import sys
import uuid
from collections.abc import Callable

from zenml.client import Client
from zenml.container_engines import get_container_engine
from zenml.enums import StackComponentType
from zenml.image_builders import BuildContext


def context(name: str) -> BuildContext:
    """A build of an image that nothing is pulled for."""
    built = BuildContext()
    built.add_file("FROM scratch\nCOPY name /name\n", "Dockerfile")
    built.add_file(name, "name")
    return built


def build(name: str) -> str:
    """What ZenML does with the image of a pipeline."""
    stack = Client().active_stack
    assert stack.image_builder is not None
    return stack.image_builder.build(
        name, context(name), container_registry=stack.container_registry
    )


def push(name: str) -> str:
    """What ZenML does with an image that is there already."""
    engine = get_container_engine()
    engine.build(name, context(name))
    return engine.push_image(name, Client().active_stack.container_registry)


def digest(name: str) -> str | None:
    """What ZenML does before it builds on a parent image."""
    return get_container_engine().get_image_repo_digest(
        name, Client().active_stack.container_registry
    )


def setup(configuration: str) -> str:
    """What the commands `register` do, in one process."""
    client = Client()
    client.create_flavor(
        "zenml_pushgate.flavors.PushgateContainerRegistryFlavor",
        StackComponentType.CONTAINER_REGISTRY,
    )
    client.create_stack_component(
        "builder", "local", StackComponentType.IMAGE_BUILDER, {}
    )
    client.create_stack(
        "guarded",
        {
            StackComponentType.ORCHESTRATOR: "default",
            StackComponentType.ARTIFACT_STORE: "default",
            StackComponentType.CONTAINER_REGISTRY: register(configuration),
            StackComponentType.IMAGE_BUILDER: "builder",
        },
    )
    client.activate_stack("guarded")
    return "guarded"


def register(configuration: str) -> str:
    """Registers a registry, and says its name."""
    name = f"registry-{uuid.uuid4()}"
    Client().create_stack_component(
        name,
        "pushgate",
        StackComponentType.CONTAINER_REGISTRY,
        json.loads(configuration),
    )
    return name


def registry(configuration: str) -> str:
    """What `zenml stack update` does."""
    name = register(configuration)
    updates = {StackComponentType.CONTAINER_REGISTRY: [name]}
    Client().update_stack("guarded", component_updates=updates)
    return name


def secret(secret: str) -> str:
    """What `zenml secret create` does."""
    return Client().create_secret(**json.loads(secret)).name


THINGS: dict[str, Callable[[str], str | None]] = {
    "build": build,
    "push": push,
    "digest": digest,
    "setup": setup,
    "registry": registry,
    "secret": secret,
}

for argument in sys.argv[1:]:
    thing, _, name = argument.partition("=")
    try:
        came = {"done": THINGS[thing](name)}
    except Exception as error:
        classes = [kind.__name__ for kind in type(error).__mro__]
        came = {"error": classes, "message": str(error)}
    print(json.dumps(came), flush=True)
