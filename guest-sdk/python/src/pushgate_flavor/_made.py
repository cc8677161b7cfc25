"""The refusals that were made in this call, so that one that is made and forgotten does not approve."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import AsyncGeneratorType, CodeType, CoroutineType, GeneratorType, TracebackType
from typing import Any

from ._lacks import EVENT_LOOP

_authored: Callable[[str], str | None] | None = None
"""Gives the name to show of a file of the flavor's author. ``None`` outside of a call."""

_early = True
"""Whether a refusal may be made outside of a call, as unit tests do. In a component, nobody could tell whether a call has forgotten it."""

_places: dict[int, tuple[object, str, str]] = {}
"""Each refusal, and each violation that is in none, by its identity, with its word and the author's line that made it. Holding it keeps its identity from being
used again."""

_dropped: list[tuple[BaseException, str, TracebackType | None]] = []
"""Each refusal that was dropped, with the line that made it, and where it had been raised then."""

_later: list[tuple[Any, str, CodeType, int]] = []
"""What runs later, with what was done and where. Held, since what is gone says nothing any more."""

_ENOUGH_LATER = 1000
"""How much of what runs later is held before it is looked through."""

_unawaited: str | None = None
"""What to say about a coroutine of the author's that was never awaited."""


@contextmanager
def in_a_call(authored: Callable[[str], str | None]) -> Iterator[None]:
    """From here on refusals are noted."""
    global _authored, _unawaited
    _authored, _unawaited = authored, None
    _places.clear()
    _dropped.clear()
    _later.clear()
    # What CPython calls for a coroutine that was never awaited: a warning alone would be seen in the log at best.
    warn = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
    warnings._warn_unawaited_coroutine = _note_unawaited  # type: ignore[attr-defined]
    try:
        yield
    finally:
        _authored = None
        for later, *_ in _later:
            # So that Python does not find it in another call of a test.
            if isinstance(later, CoroutineType):
                later.close()
        warnings._warn_unawaited_coroutine = warn  # type: ignore[attr-defined]


def refuse_early() -> None:
    """From now on a refusal that is made outside of a call is an error."""
    global _early
    _early = False


def note(what: object, word: str) -> None:
    """A refusal was made, or a violation."""
    if _authored is not None:
        _places[id(what)] = (what, word, _place(_authored))
    elif not _early:
        raise RuntimeError("a refusal is made before the hook is called: make it in the hook, where it is raised")


def note_later(later: Any, what: str, code: CodeType, line: int) -> None:
    """Something was made that runs later, if anybody asks it to."""
    if _authored is not None:
        if len(_later) >= _ENOUGH_LATER:
            _later[:] = [noted for noted in _later if _has_not_run(noted[0])]
        _later.append((later, what, code, line))


def give(what: object) -> None:
    """A violation is part of a denial, which is noted itself."""
    _places.pop(id(what), None)


def drop(what: object) -> None:
    """A refusal, or a violation, is not the answer, on purpose."""
    _, _, place = _places.pop(id(what), (None, "", None))
    if place is not None and isinstance(what, BaseException):
        _dropped.append((what, place, what.__traceback__))


def forgotten() -> str | None:
    """Why the hook has not approved, though it says so: what it made, and neither gave nor dropped; or what would have made it, and has not run."""
    for _, word, place in _places.values():
        raising = "raise it" if word == "refusal" else "raise Denied([...]) with it"
        return f"a {word} was made at {place} and never given: {raising}, or drop it with drop()"
    for refusal, place, raised in _dropped:
        if refusal.__traceback__ is not raised:
            return f"a refusal was made at {place}, dropped, raised again and never given: raise it, or drop it with drop()"
    for later, what, code, line in _later:
        name = _authored(code.co_filename) if _authored is not None else None
        if name and _has_not_run(later):
            remedy = "ask for its values, as a `for` statement does, or close() it" if isinstance(later, GeneratorType) else EVENT_LOOP
            return f"{name}:{line}: {what} and has not run: {remedy}"
    return _unawaited


def _has_not_run(later: Any) -> bool:
    for kind, prefix in ((GeneratorType, "gi"), (CoroutineType, "cr"), (AsyncGeneratorType, "ag")):
        if isinstance(later, kind):
            frame, running, suspended = (getattr(later, f"{prefix}_{part}", None) for part in ("frame", "running", "suspended"))
            return frame is not None and not running and not suspended
    return False


def _note_unawaited(coroutine: "CoroutineType[Any, Any, Any]") -> None:
    """Python found that a coroutine was never awaited, so that a check in it was never made."""
    global _unawaited
    code = coroutine.cr_code
    if _authored is not None and _unawaited is None and (name := _authored(code.co_filename)):
        _unawaited = f"{name}:{code.co_firstlineno}: `{code.co_name}` was called and has not run: {EVENT_LOOP}"


def _place(authored: Callable[[str], str | None]) -> str:
    frame = sys._getframe(1)
    while frame is not None:
        if name := authored(frame.f_code.co_filename):
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return "a library"
