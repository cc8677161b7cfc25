"""Errors that come from the contract."""

from ._refusal import Refusal


class ContractError(Exception):
    """A case of one of the contract's errors.

    As text it is the name of the case and, where there is one, its text: ``unavailable: no answer within 10 s``. One that the hook does not catch becomes
    the refusal that fits.
    """

    case: str
    """The name of the case in the contract."""
    text: str | None
    """What the case carries."""

    def __init__(self, case: str, text: str | None = None) -> None:
        self.case = case
        self.text = text
        super().__init__(case if text is None else f"{case}: {text}")

    def refusal(self) -> Refusal:
        """What the hook answers when it does not catch the error."""
        raise NotImplementedError

    @classmethod
    def of(cls, value: object) -> "ContractError":
        """From a value of the generated bindings, whose classes are named like ``InspectError_NotAnImage``."""
        name = type(value).__name__.rpartition("_")[2]
        case = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
        return cls(case, getattr(value, "value", None))
