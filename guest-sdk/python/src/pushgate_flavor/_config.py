"""The image config, after the OCI image specification ("OCI Image Configuration")."""

import json
from collections.abc import Mapping
from typing import Any, Literal, Required, TypedDict, cast


class Healthcheck(TypedDict, total=False):
    """How Docker finds out whether a container works. Durations are in nanoseconds; what is Docker's default is absent."""

    Test: list[str]
    """``CMD`` or ``CMD-SHELL`` and the command, or ``NONE``."""
    Interval: int
    """Between two checks."""
    Timeout: int
    """How long one may take."""
    StartPeriod: int
    """How long failures do not count."""
    StartInterval: int
    """Between two checks in that time."""
    Retries: int
    """How many failures count."""


ExecutionConfig = TypedDict(
    "ExecutionConfig",
    {
        "User": str,
        "ExposedPorts": dict[str, dict[str, Any]],
        "Env": list[str],
        "Entrypoint": list[str],
        "Cmd": list[str],
        "Volumes": dict[str, dict[str, Any]],
        "WorkingDir": str,
        "Labels": dict[str, str],
        "StopSignal": str,
        "Healthcheck": Healthcheck,
    },
    total=False,
)
"""How a container is run. What the image does not say is absent."""


class RootFilesystem(TypedDict):
    """What the layers hold."""

    type: str
    """Always ``layers``."""
    diff_ids: list[str]
    """The digests of the uncompressed layers, the lowest first."""


# No name of Python has a dot.
_OfSystem = TypedDict("_OfSystem", {"os.version": str}, total=False)


class ImageConfig(_OfSystem, total=False):
    """The image config as the host rebuilds it: with the same members for every source, and no history.

    Images for Windows have a member ``os.version``, for example ``10.0.17763.6414``.
    """

    architecture: Required[str]
    """For example ``amd64``."""
    os: Required[str]
    """For example ``linux``."""
    variant: str
    """For example ``v8``."""
    created: str
    """When the image was made, RFC 3339."""
    author: str
    """Who made it."""
    config: Required[ExecutionConfig]
    """How a container is run."""
    rootfs: Required[RootFilesystem]
    """What the layers hold."""


_PARTS = {
    "image.config": frozenset(ImageConfig.__annotations__),
    'image.config["config"]': frozenset(ExecutionConfig.__annotations__),
    'image.config["config"]["Healthcheck"]': frozenset(Healthcheck.__annotations__),
    'image.config["rootfs"]': frozenset(RootFilesystem.__annotations__),
}
"""The members of each part, by what an author writes for it."""


class _Part(dict[str, Any]):
    """A part of the image config, where a name that the specification does not have is an error: taken for an absent member, it makes a rule that never applies."""

    def __init__(self, members: dict[str, Any], shown: str) -> None:
        super().__init__(members)
        self._shown = shown

    def __missing__(self, key: str) -> Any:
        self._check(key)
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._check(key)

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, default) if key in self else default

    def _check(self, key: object) -> Literal[False]:
        """The name of an absent member, or none."""
        if key not in _PARTS[self._shown]:
            # No KeyError, which an author catches for what is absent.
            raise LookupError(_unknown(self._shown, key))
        return False


def _unknown(shown: str, key: object) -> str:
    names = ((part, name) for part, members in _PARTS.items() for name in sorted(members))
    meant = next((f'did you mean `{part}["{name}"]`? There is' for part, name in names if name.lower() == str(key).lower()), "there is")
    return f"`{shown}` has no member `{key}`: {meant} {', '.join(sorted(_PARTS[shown]))}"


def read(document: str) -> ImageConfig:
    """The image config of a document that the host made."""
    config = json.loads(document)
    execution = config["config"]
    if "Healthcheck" in execution:
        execution["Healthcheck"] = _Part(execution["Healthcheck"], 'image.config["config"]["Healthcheck"]')
    for name in ("config", "rootfs"):
        config[name] = _Part(config[name], f'image.config["{name}"]')
    return cast(ImageConfig, _Part(config, "image.config"))


def check(config: Mapping[str, Any]) -> None:
    """Raises a ``ValueError`` where a test gives an image config members that no image config has."""
    execution = config.get("config", {})
    parts = (config, execution, execution.get("Healthcheck", {}), config.get("rootfs", {}))
    for (shown, known), part in zip(_PARTS.items(), parts, strict=True):
        for key in part:
            if key not in known:
                raise ValueError(_unknown(shown, key))
