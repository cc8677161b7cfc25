"""What a hook's answer or exception means."""

import inspect
from collections.abc import Callable
from types import CodeType, TracebackType

from . import _lacks, _made
from ._errors import ContractError
from ._push import Image, Push
from ._refusal import APPROVED, Refusal, Violation

Hook = Callable[[Push], object]


class Failure(Exception):
    """The flavor failed. The message names the place in its author's code, and is the last that the host hears."""


def ask(hook: Hook, push: Push, authored: Callable[[str], str | None]) -> Refusal | None:
    """Calls the hook: ``None`` when it approves.

    ``authored`` gives the name of a file to show, when it is a file of the flavor's author.
    """
    with _made.in_a_call(authored):
        try:
            answer = hook(push)
        except Refusal as refusal:
            return refusal
        except ContractError as error:
            return error.refusal()
        # Also SystemExit and KeyboardInterrupt: whatever ends the call has to be told.
        except BaseException as error:
            place, of_the_author = _place(error.__traceback__, authored)
            lack = None if of_the_author else _lacks.found_in(error)
            raise Failure(f"{place}{lack or _describe(error)}") from error
        if answer is APPROVED:
            if forgotten := _made.forgotten():
                raise Failure(forgotten)
            return None
    code = getattr(inspect.unwrap(hook), "__code__", None)
    raise Failure(f"{_definition(code, authored)}{_wrong(answer)}")


def _wrong(answer: object) -> str:
    if answer is None:
        return "the hook returned nothing: `return APPROVED` where the push may go on, and raise deny(...) where it may not"
    if isinstance(answer, (Refusal, Violation, ContractError)):
        return "the hook returned a refusal instead of raising it: raise deny(...)"
    if inspect.iscoroutine(answer):
        answer.close()
        return "the hook is async: a flavor's hook answers before it returns: remove `async` and `await`"
    if inspect.isgenerator(answer):
        return "the hook is a generator: a flavor's hook answers before it returns: remove `yield`"
    return f"the hook returned {_short(repr(answer))}: `return APPROVED` where the push may go on, and raise deny(...) where it may not"


def _describe(error: BaseException) -> str:
    """The type and the text, as the last line of a traceback has them; with the cause, which is often what helps."""
    text = _short(str(error))
    if isinstance(error, AttributeError) and isinstance(error.obj, (Push, Image)):
        members = ", ".join(name for name in dir(error.obj) if not name.startswith("_"))
        text = f"{text}: there is {members}"
    described = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return described if error.__cause__ is None else f"{described} (from {_describe(error.__cause__)})"


def _short(text: str) -> str:
    return text if len(text) <= 1000 else f"{text[:1000]}…"


def _place(traceback: TracebackType | None, authored: Callable[[str], str | None]) -> tuple[str, bool]:
    """The innermost line of the author's code, and whether nothing was called from there."""
    place, of_the_author = "", False
    while traceback is not None:
        name = authored(traceback.tb_frame.f_code.co_filename)
        of_the_author = name is not None
        if name:
            place = f"{name}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return place, of_the_author


def _definition(code: CodeType | None, authored: Callable[[str], str | None]) -> str:
    name = authored(code.co_filename) if code else None
    return f"{name}:{code.co_firstlineno}: " if code and name else ""
