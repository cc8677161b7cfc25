"""Messages for the person who pushes. Those of ``warning`` and ``error`` are kept in the report; the host bounds how much is taken."""

from collections.abc import Callable
from enum import IntEnum


class Level(IntEnum):
    """How much a message matters."""

    TRACE = 0
    """For the flavor's author: each step."""
    DEBUG = 1
    """For the flavor's author. What the flavor prints arrives with this level."""
    INFO = 2
    """Worth knowing."""
    WARNING = 3
    """The push may go on, but something should change."""
    ERROR = 4
    """Something went wrong."""


def trace(message: object) -> None:
    """Says something at :attr:`Level.TRACE`."""
    send(Level.TRACE, str(message))


def debug(message: object) -> None:
    """Says something at :attr:`Level.DEBUG`."""
    send(Level.DEBUG, str(message))


def info(message: object) -> None:
    """Says something at :attr:`Level.INFO`."""
    send(Level.INFO, str(message))


def warning(message: object) -> None:
    """Says something at :attr:`Level.WARNING`."""
    send(Level.WARNING, str(message))


def error(message: object) -> None:
    """Says something at :attr:`Level.ERROR`."""
    send(Level.ERROR, str(message))


def send(level: Level, message: str) -> None:
    """Says something at a level that is known only when the flavor runs."""
    # A lone surrogate has no UTF-8, and would end the call.
    _sink(level, message.encode("utf-8", "replace").decode())


recorded: list[tuple[Level, str]] = []
"""What was said where there is no host: in unit tests. :func:`pushgate_flavor.testing.take_log` gives and empties it."""

_sink: Callable[[Level, str], None] = lambda level, message: recorded.append((level, message))
"""Where messages go; in a component, the contract's log."""


def connect(sink: Callable[[Level, str], None]) -> None:
    """Sends messages elsewhere. For the component that the build makes."""
    global _sink
    _sink = sink
