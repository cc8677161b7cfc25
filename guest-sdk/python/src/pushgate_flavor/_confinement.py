"""The confinement of a hook: its clock, its imports and what it prints. What it lacks besides is in :mod:`._lacks`."""

import datetime
import io
import linecache
import sys
import time
from collections.abc import Callable, Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from types import ModuleType
from typing import Any, Self

# The standard library imports these inside of its functions.
import _strptime  # type: ignore[import-not-found]  # noqa: F401  isort: skip
import encodings.ascii
import encodings.latin_1  # noqa: F401

from . import _lacks, _made, log


class _NoLateImports:
    """The last finder of modules: what is not there when the component is built does not come later."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if sentence := _lacks.late(name):
            raise _lacks.NoModule(sentence, name=name)
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


_requested_at: Callable[[], int] | None = None
"""The time of the push in seconds, from when the hook is called. Before, while the component is built, the clocks go."""


def _standing(clock: Callable[[], Any], at: Callable[[int], Any]) -> Callable[[], Any]:
    return lambda: clock() if _requested_at is None else at(_requested_at())


def _chosen(clock: Callable[[int], Any], now: Callable[[], Any]) -> Callable[[int], Any]:
    """Of the clocks of the system, only one is about the time."""
    return lambda which: clock(which) if _requested_at is None else now() if which == time.CLOCK_REALTIME else type(now())(0)


def _at_the_time(reader: Callable[[float], Any]) -> Callable[..., Any]:
    return lambda seconds=None: reader(time.time() if seconds is None else seconds)


def _now_by_default(formatter: Callable[..., str]) -> Callable[..., str]:
    return lambda form, when=None: formatter(form, time.localtime() if when is None else when)


class _StandsFor(type):
    """A class that stands for the one that it is made of, also where it is asked whose instance something is."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.__mro__[1])


class _Date(datetime.date, metaclass=_StandsFor):
    @classmethod
    def today(cls) -> Self:
        return cls.fromtimestamp(time.time())


class _Datetime(datetime.datetime, metaclass=_StandsFor):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls) -> Self:
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Self:
        return cls.now()


def replace() -> None:
    """Before the flavor is imported, since ``from datetime import datetime`` takes what is there then."""
    _Date.__name__, _Datetime.__name__ = "date", "datetime"
    datetime.date, datetime.datetime = _Date, _Datetime  # type: ignore[misc]
    time.time = _standing(time.time, float)
    time.time_ns = _standing(time.time_ns, lambda seconds: seconds * 1_000_000_000)
    for clock in ("monotonic", "perf_counter", "process_time"):
        setattr(time, clock, _standing(getattr(time, clock), lambda _: 0.0))
        setattr(time, f"{clock}_ns", _standing(getattr(time, f"{clock}_ns"), lambda _: 0))
    time.clock_gettime = _chosen(time.clock_gettime, time.time)
    time.clock_gettime_ns = _chosen(time.clock_gettime_ns, time.time_ns)
    for reader in ("gmtime", "localtime", "ctime"):
        setattr(time, reader, _at_the_time(getattr(time, reader)))
    time.strftime = _now_by_default(time.strftime)
    _lacks.replace()
    _made.refuse_early()


def confine(requested_at: Callable[[], int], authored: Callable[[str], str | None]) -> tuple[_ToLog, _ToLog]:
    """When the hook is called: no more imports and files, the clocks stand at the time of the push, and what is printed becomes messages.

    ``authored`` gives the name of a file to show, when it is a file of the flavor's author.
    """
    global _requested_at
    _requested_at = requested_at
    _lacks.begin(authored)
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, _NoLateImports]
    # Whoever prints a traceback or a warning: without the text of the lines, which is in files.
    linecache.updatecache = lambda *_, **__: []
    linecache.checkcache = lambda *_, **__: None
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = printed = _ToLog(), _ToLog()
    return printed
