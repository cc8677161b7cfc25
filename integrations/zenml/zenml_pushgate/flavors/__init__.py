"""The ZenML flavors of this package."""

from zenml_pushgate.flavors.pushgate_container_registry_flavor import (
    PushgateContainerRegistryConfig,
    PushgateContainerRegistryFlavor,
)

__all__ = [
    "PushgateContainerRegistryConfig",
    "PushgateContainerRegistryFlavor",
]
