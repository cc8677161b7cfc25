"""Says what ZenML makes of the rows of `parity.toml`.

For each row one JSON object on a line: its `flavor`, `uri` and `image`, and
`zenml`, which is one of

    refuses the URI    no such container registry can be registered
    pushes             after a look at the name
    pushes, hook       the same, and the flavor's hook was asked before
    pushes unchecked   the name does not fit, so that nothing is asked

ZenML's own classes are asked, the engines' `push_image` among them. What is
exchanged is the client that would speak to Docker, and the command that would
run Podman: both write down what they are to push.
"""

import ast
import json
import sys
import types
from datetime import datetime
from pathlib import Path
from uuid import UUID

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    import tomli as tomllib

import zenml
from pydantic import ValidationError
from zenml.config import DockerSettings
from zenml.container_engines.base import ContainerEngine
from zenml.container_engines.docker_engine import DockerContainerEngine
from zenml.container_engines.podman_engine import PodmanContainerEngine
from zenml.container_registries import (
    AzureContainerRegistryFlavor,
    BaseContainerRegistry,
    DefaultContainerRegistryFlavor,
    DockerHubContainerRegistryFlavor,
    GCPContainerRegistryFlavor,
    GitHubContainerRegistryFlavor,
)
from zenml.container_registries.base_container_registry import (
    BaseContainerRegistryFlavor,
)
from zenml.integrations.aws.flavors import AWSContainerRegistryFlavor
from zenml.integrations.digitalocean.flavors import (
    DigitalOceanContainerRegistryFlavor,
)
from zenml.utils.pipeline_docker_image_builder import (
    PipelineDockerImageBuilder,
)

FLAVORS: dict[str, BaseContainerRegistryFlavor] = {
    flavor.name: flavor
    for flavor in (
        AWSContainerRegistryFlavor(),
        AzureContainerRegistryFlavor(),
        DefaultContainerRegistryFlavor(),
        DigitalOceanContainerRegistryFlavor(),
        DockerHubContainerRegistryFlavor(),
        GCPContainerRegistryFlavor(),
        GitHubContainerRegistryFlavor(),
    )
}

HOOK = "prepare_image_push"


def files_with_hooks() -> set[str]:
    """Where in ZenML a container registry has a hook of its own.

    Read and not imported: the module needs what its integration installs.
    """
    root = Path(zenml.__file__).parent
    base = root / "container_registries" / "base_container_registry.py"
    return {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if path != base
        and HOOK in (text := path.read_text())
        and any(
            isinstance(node, ast.FunctionDef) and node.name == HOOK
            for node in ast.walk(ast.parse(text))
        )
    }


class Registry(BaseContainerRegistry):
    """A registry that writes down that its hook was asked."""

    asked = False

    def prepare_image_push(self, image_name: str) -> None:
        """Is asked."""
        self.asked = True


class Podman(PodmanContainerEngine):
    """An engine that writes down what it is to push."""

    def __init__(self) -> None:
        self.pushed: list[str] = []

    def _push_image_cli(self, name: str) -> None:
        self.pushed.append(name)

    def tag_image(self, source: str, target: str) -> None:
        """There is no image to tag."""


class Docker(DockerContainerEngine):
    """An engine that writes down what it is to push."""

    def __init__(self) -> None:
        super().__init__()
        self.pushed: list[str] = []

        def push(name: str, stream: bool) -> list[bytes]:
            self.pushed.append(name)
            return [b'{"aux": {"Digest": "sha256:0"}}']

        def get(name: str) -> types.SimpleNamespace:
            return types.SimpleNamespace(attrs={"RepoDigests": []})

        images = types.SimpleNamespace(push=push, get=get)
        self._client = types.SimpleNamespace(images=images)


def registry(flavor: BaseContainerRegistryFlavor, **config: str) -> Registry:
    """A registry of a flavor.

    Raises:
        ValidationError: If ZenML refuses the configuration.
    """
    now = datetime.now()
    return Registry(
        name="parity",
        id=UUID(int=0),
        config=flavor.config_class(**config),
        flavor=flavor.name,
        type=flavor.type,
        user=None,
        created=now,
        updated=now,
    )


def target(row: dict[str, str], registry: Registry) -> str:
    """The name that ZenML's image builder gives to a pipeline's image."""
    return PipelineDockerImageBuilder._get_target_image_name(
        docker_settings=DockerSettings(
            target_repository=row.get("target_repository")
        ),
        tag=ContainerEngine.sanitize_tag("training-orchestrator"),
        container_registry=registry,
    )


def push(row: dict[str, str]) -> dict[str, str]:
    """What ZenML makes of a row."""
    flavor = FLAVORS[row["flavor"]]
    config = {
        name: row[name]
        for name in ("uri", "default_repository")
        if name in row
    }
    try:
        made = registry(flavor, **config)
    except ValidationError:
        uri = row["uri"].rstrip("/")
        image = row.get("image", f"{uri}/zenml:training-orchestrator")
        return {**row, "image": image, "zenml": "refuses the URI"}
    image = row["image"] if "image" in row else target(row, made)
    answers = set()
    for engine in (Docker(), Podman()):
        made.asked = False
        try:
            engine.push_image(image, made)
        except ValueError:
            # Without a tag it fails once it has pushed.
            assert engine.pushed, image
        assert engine.pushed[0] == image
        has_hook = flavor.name == "aws"
        if not made.asked:
            answers.add("pushes unchecked")
        elif has_hook:
            answers.add("pushes, hook")
        else:
            answers.add("pushes")
    (answer,) = answers
    return {**row, "image": image, "zenml": answer}


# The one flavor with a hook; another would be news.
assert files_with_hooks() == {
    "integrations/aws/container_registries/aws_container_registry.py"
}
rows = tomllib.loads(Path(sys.argv[1]).read_text())["rows"]
assert {row["flavor"] for row in rows} == set(FLAVORS)
for row in rows:
    print(json.dumps(push(row)))
