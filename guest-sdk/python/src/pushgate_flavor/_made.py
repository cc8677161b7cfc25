"""The refusals that were made in this call, so that one that is made and forgotten does not approve."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CoroutineType
from typing import Any

from ._lacks import EVENT_LOOP

_authored: Callable[[str], str | None] | None = None
"""Gives the name to show of a file of the flavor's author. ``None`` outside of a call: what a module makes while it is imported is no answer."""

_places: dict[int, tuple[BaseException, str]] = {}
"""Each refusal, by its identity, with the author's line that made it. Holding the refusal keeps its identity from being used again."""

_unawaited: str | None = None
"""What to say about a coroutine of the author's that was never awaited."""


@contextmanager
def in_a_call(authored: Callable[[str], str | None]) -> Iterator[None]:
    """From here on refusals are noted."""
    global _authored, _unawaited
    _authored, _unawaited = authored, None
    _places.clear()
    # What CPython calls for a coroutine that was never awaited: a warning alone would be seen in the log at best.
    warn = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
    warnings._warn_unawaited_coroutine = _note_unawaited  # type: ignore[attr-defined]
    try:
        yield
    finally:
        _authored = None
        warnings._warn_unawaited_coroutine = warn  # type: ignore[attr-defined]


def note(refusal: BaseException) -> None:
    """A refusal was made."""
    if _authored is not None:
        _places[id(refusal)] = (refusal, _place(_authored))


def drop(refusal: BaseException) -> None:
    """A refusal is not the answer, on purpose."""
    _places.pop(id(refusal), None)


def forgotten() -> str | None:
    """Why the hook has not approved, though it says so: what it made, and neither gave nor dropped."""
    for _, place in _places.values():
        return f"a refusal was made at {place} and never given: raise it, or drop it with drop()"
    return _unawaited


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
