"""What a flavor lacks, and what it has instead.

Built with stubs instead of WASI, a component traps in C where it would ask for a file, a socket or randomness, and the trap says nothing. So what is asked
most raises an exception, whose text is the sentence that the author needs.
"""

import builtins
import io
import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import _io  # isort: skip
import _socket  # isort: skip
import _thread  # isort: skip

FILES = "a flavor has no files: what it needs is in its settings, or in a module that it imports"
NETWORK = "a flavor has no network: it asks a server by pushgate_flavor.http, a capability that the operator grants"
ENVIRONMENT = "a flavor has no environment: what differs from registry to registry is in its settings, push.settings"
WAITING = "a flavor cannot wait: it decides by the time of the push, push.requested_at"
THREADS = "a flavor has no threads: it calls one function after the other"
PROGRAMS = "a flavor runs no programs: it decides by the push, its settings and its capabilities"
RANDOMNESS = "a flavor has no random numbers: it decides by the push, and random.Random(push.reference) gives the same numbers for the same push"
EVENT_LOOP = "a flavor has no event loop: it answers before it returns: remove `async` and `await`"


class Lack(Exception):
    """A flavor asked for what it does not have. Of the kind that a library which can do without it expects."""


class NoSystem(Lack, OSError):
    """The operating system does not give it."""


class NoModule(Lack, ModuleNotFoundError):
    """A module that would not work."""


_OF_FILES = (
    "access chdir chmod close closerange dup fdatasync fstat fsync ftruncate getcwd getcwdb isatty link listdir lseek lstat mkdir open pread pwrite read readinto "
    "readlink remove rename replace rmdir scandir stat symlink truncate unlink utime write"
)
"""The functions of ``os`` that ask for a file, or for a folder."""

_BEFORE: tuple[tuple[Any, str, Sequence[str]], ...] = (
    (builtins, FILES, ("open",)),
    (io, FILES, ("open", "open_code")),
    (_io, FILES, ("open", "open_code")),
    (os, FILES, _OF_FILES.split()),
    (os, RANDOMNESS, ("urandom",)),
    (os, ENVIRONMENT, ("putenv", "unsetenv")),
    (time, WAITING, ("sleep",)),
    (select, WAITING, ("select", "poll")),
    (_thread, THREADS, ("start_joinable_thread", "start_new", "start_new_thread")),
    (_socket, NETWORK, ("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex", "getnameinfo", "socketpair")),
)
"""What is replaced before the flavor is imported, since ``from os import urandom`` takes what is there then."""

_AT_THE_CALL: tuple[tuple[str, str, str], ...] = (
    ("asyncio", "get_event_loop", EVENT_LOOP),
    ("asyncio", "new_event_loop", EVENT_LOOP),
    ("asyncio.events", "get_event_loop", EVENT_LOOP),
    ("asyncio.events", "new_event_loop", EVENT_LOOP),
    ("http.client", "HTTPSConnection", NETWORK),
    ("httpx", "Client.send", NETWORK),
    ("os", "system", PROGRAMS),
    ("random", "_urandom", RANDOMNESS),
    ("requests.sessions", "Session.send", NETWORK),
    ("subprocess", "Popen.__init__", PROGRAMS),
    ("tempfile", "_RandomNameSequence.__next__", FILES),
    ("threading", "Condition.wait", WAITING),
    ("threading", "_start_joinable_thread", THREADS),
    ("threading", "_start_new_thread", THREADS),
    ("urllib.request", "OpenerDirector.open", NETWORK),
    ("urllib.request", "build_opener", NETWORK),
    ("urllib3.connectionpool", "HTTPConnectionPool.urlopen", NETWORK),
    ("uuid", "uuid1", RANDOMNESS),
)
"""What is replaced in the modules that the flavor has imported, or put there: they would say something else, or would never ask the system."""

_NEVER_HERE = {"concurrent.futures.process": PROGRAMS, "concurrent.futures.thread": THREADS, "multiprocessing": PROGRAMS}
"""Modules of the standard library that are imported late, and would not help if they were imported early."""

_in_call = False
"""Before the hook is called, while the component is built, there are files and everything else."""


def _without(sentence: str, original: Any) -> Callable[..., Any]:
    @wraps(original)
    def function(*arguments: Any, **options: Any) -> Any:
        if _in_call:
            raise NoSystem(sentence)
        return original(*arguments, **options)

    return function


class _Socket(_socket.socket):
    # The class of the module `socket` is made of this one, with slots of its own.
    __slots__ = ()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        if _in_call:
            raise NoSystem(NETWORK)
        super().__init__(*arguments, **options)


def replace() -> None:
    """Before the flavor is imported."""
    for module, sentence, names in _BEFORE:
        for name in names:
            if original := getattr(module, name, None):
                setattr(module, name, _without(sentence, original))
    _socket.socket = _socket.SocketType = _Socket  # type: ignore[misc]


def begin(authored: Callable[[str], str | None]) -> None:
    """When the hook is called."""
    global _in_call
    _in_call = True
    for module, path, sentence in _AT_THE_CALL:
        *parents, name = path.split(".")
        holder: Any = sys.modules.get(module)
        for parent in parents:
            holder = getattr(holder, parent, None)
        if holder is not None:
            setattr(holder, name, _without(sentence, getattr(holder, name, None)))
    _seeded()
    _environment(authored)


def _seeded() -> None:
    """Without a seed, Python asks the system for one."""
    if random := sys.modules.get("random"):
        original = random.Random.seed

        @wraps(original)
        def seed(self: Any, a: Any = None, version: int = 2) -> None:
            if a is None:
                raise NoSystem(RANDOMNESS)
            original(self, a, version)

        random.Random.seed = seed
        random.seed = random._inst.seed  # type: ignore[attr-defined]


def _environment(authored: Callable[[str], str | None]) -> None:
    """The environment is empty for libraries, which do without; the author's own code would take a variable that is always absent for one that is not set."""
    variables = type(os.environ)
    between = {function.__code__.co_filename for function in (os.getenv, os.environ.get, begin)}

    def asked_by_the_author() -> bool:
        frame = sys._getframe(2)
        while frame.f_code.co_filename in between and frame.f_back is not None:
            frame = frame.f_back
        return authored(frame.f_code.co_filename) is not None

    for name in ("__getitem__", "__iter__", "__len__"):
        original = getattr(variables, name)

        def method(*arguments: Any, original: Callable[..., Any] = original) -> Any:
            if asked_by_the_author():
                raise NoSystem(ENVIRONMENT)
            return original(*arguments)

        setattr(variables, name, method)


def late(name: str) -> str | None:
    """What to say about a module that is imported while the hook runs, where importing it early does not help."""
    return next((sentence for module, sentence in _NEVER_HERE.items() if f"{name}.".startswith(f"{module}.")), None)


def found_in(error: BaseException | None) -> Lack | None:
    """The lack that an exception comes from: itself, or what was handled when it was raised."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, Lack):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None
