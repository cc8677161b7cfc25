"""The ZenML container registries of this package."""

from zenml_pushgate.container_registries.pushgate_container_registry import (
    PushgateContainerRegistry,
)

__all__ = ["PushgateContainerRegistry"]
