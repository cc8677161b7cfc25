"""Why an image is not pushed.

Each kind of failure has another owner, as pushgate's exit codes have. All are
`PushgateError`, and so `RuntimeError`, which ZenML's container engines raise
when a push fails.
"""

from typing import Any, Dict, List, Type


class PushgateError(RuntimeError):
    """An image that must not be pushed."""


class ImageOutsideRegistryError(PushgateError, ValueError):
    """The image's name is none, or lies outside the registry's URI."""


class ImageRefusedError(PushgateError):
    """A flavor refused the image.

    Attributes:
        violations: What the flavors found, as pushgate reports it: objects
            with `code`, `message`, and perhaps `hint` and `details`.
    """

    def __init__(self, message: str, violations: List[Dict[str, Any]]) -> None:
        """Initializes the error.

        Args:
            message: What was refused, why, and what to do about it.
            violations: What the flavors found.
        """
        super().__init__(message)
        self.violations = violations


class FlavorBrokeError(PushgateError):
    """A flavor gave no usable answer (`broke`): its author has to act."""


class ImageUnreadableError(PushgateError):
    """The image could not be read where the container engine has it.

    A flavor that asked for it is `unavailable` in pushgate's report.
    """


class RegistryFailedError(PushgateError):
    """The registry, or a server that a flavor asked, failed.

    The flavor is `unavailable` in pushgate's report.
    """


class PushgateConfigurationError(PushgateError, ValueError):
    """The stack component, or pushgate's catalog, is wrong.

    A flavor that refuses its settings is `misconfigured` in the report.
    """


class PushgateUnusableError(PushgateError):
    """There is no usable answer: pushgate is missing, too old, or ended."""


ERROR_OF_EXIT_CODE: Dict[int, Type[PushgateError]] = {
    2: PushgateConfigurationError,
    3: ImageOutsideRegistryError,
    5: FlavorBrokeError,
    6: ImageUnreadableError,
    7: RegistryFailedError,
    8: PushgateConfigurationError,
}
"""The errors of pushgate's exit codes.

Exit code 4 is an `ImageRefusedError`, which has violations. Those that are
not here are a `PushgateUnusableError`: a defect, an interruption, or a code
that a check does not end with.
"""
