"""Who asks in ZenML, and who is answered no."""

import ast
import inspect
import sys
import unittest
from pathlib import Path
from types import FrameType
from typing import Callable, Set, Tuple

import zenml
from zenml.container_engines.podman_engine import PodmanContainerEngine

from zenml_pushgate.callers import ONLY_ASK, only_asks, pushing_engine

QUESTION = "is_valid_image_name_for_registry"

PUSH = {
    ("zenml.container_engines.docker_engine", "push_image"),
    ("zenml.container_engines.podman_engine", "push_image"),
    ("zenml.image_builders.local_image_builder", "_check_registry_image"),
}
"""Those that push, or build for a push, whatever the answer is."""


def callers() -> Set[Tuple[str, str]]:
    """Every function in ZenML's sources that asks."""
    root = Path(zenml.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        text = path.read_text()
        if QUESTION not in text:
            continue
        relative = path.relative_to(root.parent).with_suffix("")
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef) and any(
                isinstance(node, ast.Attribute) and node.attr == QUESTION
                for node in ast.walk(function)
            ):
                found.add((".".join(relative.parts), function.name))
    return found


def frame_of(module: str, function: str) -> FrameType:
    """A frame of a function of this name in a module of this name."""
    names: dict[str, Callable[[], FrameType]] = {}
    source = f"def {function}():\n    return currentframe()\n"
    scope = {"__name__": module, "currentframe": inspect.currentframe}
    exec(source, scope, names)
    return names[function]()


class TestCallers(unittest.TestCase):
    def test_zenml_has_these_callers_and_no_others(self) -> None:
        self.assertEqual(callers(), PUSH | ONLY_ASK)

    def test_only_those_that_only_ask_are_told_no(self) -> None:
        for module, function in ONLY_ASK:
            self.assertTrue(only_asks(frame_of(module, function)))
        for module, function in PUSH:
            self.assertFalse(only_asks(frame_of(module, function)))

    def test_everybody_else_may_push(self) -> None:
        self.assertFalse(only_asks(sys._getframe()))
        self.assertFalse(only_asks(None))
        name = "get_image_repo_digest"
        self.assertFalse(only_asks(frame_of("somebody.elses", name)))

    def test_the_engine_that_pushes_is_found(self) -> None:
        class Engine(PodmanContainerEngine):
            def push_image(self, *_: object) -> str:  # type: ignore[override]
                found = pushing_engine(sys._getframe())
                return "found" if found is self else "lost"

        self.assertEqual(Engine().push_image(), "found")
        self.assertIsNone(pushing_engine(None))


if __name__ == "__main__":
    unittest.main()
