"""From a project to a component. Runs natively, never in a component."""

from ._component import build
from ._error import BuildError

__all__ = ["BuildError", "build"]
