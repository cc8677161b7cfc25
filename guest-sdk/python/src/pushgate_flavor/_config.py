"""The image config, after the OCI image specification ("OCI Image Configuration")."""

from typing import Any, Required, TypedDict

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


class ImageConfig(TypedDict, total=False):
    """The image config as the host rebuilds it: with the same members for every source, and no history."""

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
