"""The capabilities that the component's world imports."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ._errors import ContractError

try:
    from componentize_py_types import Err  # type: ignore[import-not-found]
except ImportError:
    IN_COMPONENT = False
else:
    IN_COMPONENT = True


class _Absent:
    """Stands for a capability where there is no host: in unit tests."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, function: str) -> Any:
        if function.startswith("_"):
            raise AttributeError(function)
        raise RuntimeError(f"`{self._name}` answers in a component only: a unit test replaces what it asks with unittest.mock.patch")


def capability(name: str) -> Any:
    """The generated bindings of an imported interface."""
    if not IN_COMPONENT:
        return _Absent(name)
    try:
        return import_module(f"wit_world.imports.{name}")
    except ImportError:
        remedy = f"add `import pushgate:flavor/{name}@0.1.2;` to the world in the folder wit"
        raise ImportError(f"the flavor uses pushgate_flavor.{name}, and its world does not import it: {remedy}") from None


def call(error: type[ContractError], function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls an import whose failure is a case of ``error``."""
    if not IN_COMPONENT:
        return function(*arguments)
    try:
        return function(*arguments)
    except Err as failure:
        raise error.of(failure.value) from None
