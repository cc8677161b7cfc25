"""Words for what a component cannot do.

Built with stubs instead of WASI, it traps in C where it would ask for a file, a clock or randomness, and the trap says nothing. So what is asked most is
answered in Python, by an exception with a line.
"""

import builtins
import datetime
import io
import linecache
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

# The standard library imports these inside of its functions.
import _strptime  # type: ignore[import-not-found]  # noqa: F401  isort: skip
import encodings.ascii
import encodings.latin_1  # noqa: F401

from . import log


class _NoLateImports:
    """The last finder of modules: what is not there when the component is built does not come later."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        raise ModuleNotFoundError(
            f"`{name}` is imported inside of a function, and a component holds only what was imported while it was built: "
            f"`import {name}` at the top of the module",
            name=name,
        )


class _ToLog(io.TextIOBase):
    """Standard output and standard error: each line is a message."""

    def __init__(self) -> None:
        self._line = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            log.debug(line)
        return len(text)

    def finish(self) -> None:
        """Says the line that was begun."""
        if self._line:
            log.debug(self._line)
        self._line = ""


def _without(what: str, instead: str = "") -> Callable[..., NoReturn]:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise OSError(f"a flavor has no {what}{instead}")

    return fail


_NO_CLOCK = _without("clock", ": `push.requested_at` is the time of the push")
_NO_FILES = _without("file system")


class _StandsFor(type):
    """A class that stands for the one that it is made of, also where it is asked whose instance something is."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.__mro__[1])


class _Date(datetime.date, metaclass=_StandsFor):
    today = _NO_CLOCK


class _Datetime(datetime.datetime, metaclass=_StandsFor):
    now = utcnow = today = _NO_CLOCK


def replace_clocks() -> None:
    """Before the flavor is imported, since ``from datetime import datetime`` takes what is there then."""
    datetime.date, datetime.datetime = _Date, _Datetime  # type: ignore[misc]
    for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "sleep"):
        setattr(time, name, _NO_CLOCK)
    os.urandom = _without("random numbers")


def confine() -> tuple[_ToLog, _ToLog]:
    """When the hook is called: no more imports and files, and what is printed becomes messages."""
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, _NoLateImports]
    builtins.open = io.open = os.open = os.stat = os.lstat = os.listdir = os.scandir = os.getcwd = _NO_FILES
    # Whoever prints a traceback or a warning: without the text of the lines, which is in files.
    linecache.updatecache = lambda *_, **__: []
    linecache.checkcache = lambda *_, **__: None
    sys.stdout, sys.stderr = printed = _ToLog(), _ToLog()
    return printed
