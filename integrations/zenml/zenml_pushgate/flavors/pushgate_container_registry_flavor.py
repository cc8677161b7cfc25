"""The container registry flavor `pushgate`."""

from typing import TYPE_CHECKING, Any, Dict, List, Literal, Optional, Type

from pydantic import Field, PositiveInt, model_validator
from zenml.container_registries.base_container_registry import (
    BaseContainerRegistryConfig,
    BaseContainerRegistryFlavor,
)

if TYPE_CHECKING:
    from zenml_pushgate.container_registries import PushgateContainerRegistry

PUSHGATE_CONTAINER_REGISTRY_FLAVOR = "pushgate"


class PushgateContainerRegistryConfig(BaseContainerRegistryConfig):
    """Configuration of a container registry that pushgate guards.

    Either `registry` names a registry that pushgate knows, with its flavors,
    or `pushgate_flavor` names one flavor here. Without both, only the names
    of images are checked.
    """

    registry: Optional[str] = Field(
        default=None,
        description="Name of a registry that is registered with pushgate, "
        "whose flavors are asked. Its URI must be `uri`.",
    )
    pushgate_flavor: Optional[str] = Field(
        default=None,
        description="The pushgate flavor to ask: the name of one that ships "
        "with pushgate or is registered there, or the path to a .wasm file.",
    )
    settings: Optional[Dict[str, Any]] = Field(
        default=None,
        description="Settings of `pushgate_flavor`, for example "
        '{"tags": ["latest"]}. Not for secrets: the flavor reads them.',
    )
    grants: Optional[List[str]] = Field(
        default=None,
        description="What `pushgate_flavor` may use: `registry`, or "
        "`http=ORIGIN[,private]`.",
    )
    credentials: Optional[List[str]] = Field(
        default=None,
        description="Which credential pushgate adds to the requests of "
        "`pushgate_flavor`: `ORIGIN=basic`, `ORIGIN=bearer` or "
        "`ORIGIN=sigv4:service=...,region=...`. The credential itself is "
        "kept by pushgate and never stands here.",
    )
    transport: Optional[Literal["plain-http", "tls"]] = Field(
        default=None,
        description="How pushgate reaches the registry for "
        "`pushgate_flavor`, if not in its usual way: TLS, and plain HTTP on "
        "this machine.",
    )
    ca_file: Optional[str] = Field(
        default=None,
        description="Path to certificates in PEM form that pushgate trusts "
        "besides the system's when `pushgate_flavor` asks the registry.",
    )
    executable: str = Field(
        default="pushgate",
        description="The pushgate program: its name on the PATH, or its path.",
    )
    catalog: Optional[str] = Field(
        default=None,
        description="Path to pushgate's catalog of registries and flavors; "
        "the one of the person who pushes if not set.",
    )
    timeout: PositiveInt = Field(
        default=120,
        description="How many seconds pushgate may take for an answer. "
        "Without an answer nothing is pushed.",
    )

    @model_validator(mode="after")
    def _contradicts_nothing(self) -> "PushgateContainerRegistryConfig":
        """Finds fields that cannot be meant together.

        Returns:
            The configuration.

        Raises:
            ValueError: If a field contradicts another, or has no meaning
                without it.
        """
        of_the_flavor = (
            "settings",
            "grants",
            "credentials",
            "transport",
            "ca_file",
        )
        for name in ("pushgate_flavor", *of_the_flavor):
            if self.registry is not None and getattr(self, name) is not None:
                raise ValueError(
                    f"`registry` and `{name}`: the registry "
                    f"`{self.registry}` has its flavors, and what belongs to "
                    "them, in pushgate's catalog; set one of the two"
                )
        for name in of_the_flavor:
            if (
                self.pushgate_flavor is None
                and getattr(self, name) is not None
            ):
                raise ValueError(
                    f"`{name}` without `pushgate_flavor`: it belongs to a "
                    "flavor, and none is named"
                )
        return self


class PushgateContainerRegistryFlavor(BaseContainerRegistryFlavor):
    """A container registry that pushgate guards."""

    @property
    def name(self) -> str:
        """Name of the flavor.

        Returns:
            The name of the flavor.
        """
        return PUSHGATE_CONTAINER_REGISTRY_FLAVOR

    @property
    def config_class(self) -> Type[PushgateContainerRegistryConfig]:
        """Config class of the flavor.

        Returns:
            The config class.
        """
        return PushgateContainerRegistryConfig

    @property
    def implementation_class(self) -> Type["PushgateContainerRegistry"]:
        """Implementation class of the flavor.

        Returns:
            The implementation class.
        """
        from zenml_pushgate.container_registries import (
            PushgateContainerRegistry,
        )

        return PushgateContainerRegistry
