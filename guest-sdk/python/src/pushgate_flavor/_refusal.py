"""What a flavor answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from . import _made


class Approval(Enum):
    """The good answer: :data:`APPROVED`."""

    APPROVED = "approved"


APPROVED = Approval.APPROVED
"""As far as this flavor is concerned, the push may go on."""


@dataclass(frozen=True)
class Violation:
    """One reason for a denial.

    A hook that makes one and then approves has forgotten to raise a :class:`Denied` with it: that is the flavor's failure, as with a refusal.
    """

    code: str
    """Stable and machine-readable, for example ``tag.forbidden``: words in lower case, joined by dots."""
    message: str
    """What is wrong, for the person who pushes: one sentence that names the value."""
    hint: str | None = None
    """What to do about it."""
    details: Mapping[str, str] = field(default_factory=dict)
    """For machines, for example ``platform`` or ``label``."""

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        violation = super().__new__(cls)
        _made.note(violation, "violation")
        return violation

    def drop(self) -> None:
        """Says that this violation is not part of the hook's answer: without it, a hook that made one cannot approve."""
        _made.drop(self)

    def __post_init__(self) -> None:
        # A value of another type would end the call far from here, without a word.
        for name, value in (("code", self.code), ("message", self.message)):
            _check_text(name, value)
        if self.hint is not None:
            _check_text("hint", self.hint)
        if not isinstance(self.details, Mapping):
            raise TypeError(f"the details of a violation must be a mapping of texts, not {type(self.details).__name__}")
        for key, value in self.details.items():
            _check_text("key of a detail", key)
            _check_text(f"detail {key!r}", value)


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"the {name} of a violation must be a str, not {type(value).__name__}")


class Refusal(Exception):
    """Why the push must not go on. Raise one of its kinds, each of which has another owner.

    A hook that makes a refusal and then approves has forgotten to raise it, or has caught it: that is the flavor's failure, with the line that made it. One
    that is caught on purpose is dropped with :meth:`drop`.
    """

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        # Not in `__init__`, which a subclass need not call.
        refusal = super().__new__(cls, *arguments, **options)
        _made.note(refusal, "refusal")
        return refusal

    def drop(self) -> None:
        """Says that this refusal is not the hook's answer: without it, a hook that catches a refusal cannot approve."""
        _made.drop(self)


class Denied(Refusal):
    """The image breaks the flavor's rules; its author acts. Made by :func:`deny`, or of all violations at once."""

    violations: tuple[Violation, ...]

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        if not self.violations:
            self.drop()
            raise ValueError("a denial needs at least one violation: return APPROVED when there is none")
        for violation in self.violations:
            if not isinstance(violation, Violation):
                raise TypeError(f"a denial is made of violations, not of {type(violation).__name__}")
            _made.give(violation)
        super().__init__("; ".join(violation.message for violation in self.violations))


class _Message(Refusal):
    message: str

    def __init__(self, message: str) -> None:
        if not isinstance(message, str):
            raise TypeError(f"the message of a refusal must be a str, not {type(message).__name__}")
        self.message = message
        super().__init__(message)


class Misconfigured(_Message):
    """The settings do not make sense; the operator of the registry acts. The message names the setting."""


class Unavailable(_Message):
    """Something that the flavor needs did not answer."""


class Other(_Message):
    """Any other reason."""


def deny(code: str, message: str, hint: str | None = None, details: Mapping[str, str] | None = None) -> Denied:
    """A denial for one reason, to be raised. For several, raise ``Denied([Violation(...), ...])``."""
    return Denied([Violation(code, message, hint, {} if details is None else details)])
