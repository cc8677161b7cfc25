"""Why there is no component."""


class BuildError(Exception):
    """A message that names what is wrong, and a hint with the remedy."""

    hint: str

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)
