"""Which stacks are guarded."""

import unittest
from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

from zenml.enums import StackComponentType
from zenml.exceptions import StackValidationError

from zenml_pushgate.container_registries import PushgateContainerRegistry
from zenml_pushgate.flavors import PushgateContainerRegistryConfig


def registry() -> PushgateContainerRegistry:
    """A registry that nothing is pushed to."""
    now = datetime.now()
    return PushgateContainerRegistry(
        name="guarded",
        id=UUID(int=0),
        config=PushgateContainerRegistryConfig(
            uri="registry.example.com", executable="no-such-pushgate"
        ),
        flavor="pushgate",
        type=StackComponentType.CONTAINER_REGISTRY,
        user=None,
        created=now,
        updated=now,
    )


def stack(builder: object) -> SimpleNamespace:
    """A stack as far as it is looked at."""
    return SimpleNamespace(
        name="stack", all_components=[], image_builder=builder
    )


class TestStack(unittest.TestCase):
    def test_a_builder_that_pushes_by_itself_is_refused(self) -> None:
        validator = registry().validator
        assert validator is not None
        local = SimpleNamespace(is_building_locally=True)
        validator.validate(stack(local))  # type: ignore[arg-type]
        validator.validate(stack(None))  # type: ignore[arg-type]
        kaniko = SimpleNamespace(
            name="cluster", flavor="kaniko", is_building_locally=False
        )
        with self.assertRaises(StackValidationError) as caught:
            validator.validate(stack(kaniko))  # type: ignore[arg-type]
        self.assertIn("`cluster` (flavor `kaniko`)", str(caught.exception))

    def test_without_pushgate_nobody_is_answered(self) -> None:
        for ask in (
            registry().contains,
            registry().is_valid_image_name_for_registry,
            registry().prepare_image_push,
        ):
            with self.assertRaisesRegex(RuntimeError, "is not there"):
                ask("registry.example.com/app:v1")


if __name__ == "__main__":
    unittest.main()
