"""Runs the `pushgate` command and reads what it answers."""

import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, cast

from zenml_pushgate.exceptions import (
    ERROR_OF_EXIT_CODE,
    ImageRefusedError,
    PushgateError,
    PushgateUnusableError,
)

SCHEMA = 1
"""The form of pushgate's answers that this package reads."""

_WITHOUT_ANSWER = ("misconfigured", "unavailable", "broke")
"""The verdicts of a flavor that neither approves nor refuses."""

_INSTALLED = (
    "install pushgate 0.1 or later on this machine, or set `executable` of "
    "the container registry to its path"
)


@dataclass(frozen=True)
class Report:
    """What pushgate says about one image.

    Attributes:
        code: The exit code, 0 where the image may be pushed.
        document: The JSON object that it printed.
    """

    code: int
    document: Dict[str, Any]

    @property
    def image(self) -> str:
        """The image's canonical name.

        Returns:
            `host/repository:tag`, or an empty text where it has none.
        """
        return str(self.document.get("image", ""))

    @property
    def uri(self) -> Optional[str]:
        """The registry's canonical URI.

        Returns:
            The URI, or `None` where pushgate did not get as far.
        """
        registry = self.document.get("registry")
        return registry.get("uri") if isinstance(registry, dict) else None

    @property
    def messages(self) -> List[str]:
        """What the flavors say to the person who pushes.

        Returns:
            One text for each message; none of a pushgate without them.
        """
        return [
            printable(f"{message.get('hook', '')}: ")
            + printable(str(message.get("message", "")))
            for message in _objects(self.document.get("messages"))
        ]

    @property
    def warnings(self) -> List[str]:
        """What there is to say besides.

        Returns:
            One text for each warning.
        """
        return [
            _with_hint(
                printable(f"{warning['hook']}: " if "hook" in warning else "")
                + printable(str(warning.get("message", ""))),
                warning,
            )
            for warning in _objects(self.document.get("warnings"))
        ]

    def error(self, preface: str = "") -> Optional[PushgateError]:
        """The exception that this report is.

        Args:
            preface: What its text begins with.

        Returns:
            The exception, or `None` where the image may be pushed.
        """
        if self.code == 0:
            return None
        error = cast(Dict[str, Any], self.document.get("error"))
        lines = [preface + printable(str(error.get("message", "")))]
        hooks = _objects(self.document.get("hooks"))
        for hook in hooks:
            if hook.get("verdict") in _WITHOUT_ANSWER:
                flavor = printable(str(hook.get("flavor", "")))
                lines.append(f"- flavor `{flavor}`: {hook['verdict']}")
        violations = [
            violation
            for hook in hooks
            for violation in _objects(hook.get("violations"))
        ]
        for violation in violations:
            message = printable(str(violation.get("message", "")))
            code = printable(str(violation.get("code", "")))
            lines.append(_with_hint(f"- {message} [{code}]", violation))
        text = _with_hint("\n".join(lines), error)
        if self.code == 4:
            return ImageRefusedError(text, violations)
        if self.code in ERROR_OF_EXIT_CODE:
            return ERROR_OF_EXIT_CODE[self.code](text)
        return PushgateUnusableError(
            f"pushgate ended with exit code {self.code}: {text}"
        )


@dataclass(frozen=True)
class Pushgate:
    """The command, as a stack component configures it.

    Attributes:
        executable: Its name on the `PATH`, or its path.
        catalog: The catalog of registries and flavors; `None` is the one of
            the person who runs this.
        timeout: How many seconds it may take.
    """

    executable: str
    catalog: Optional[str]
    timeout: int

    def check(
        self,
        image_name: str,
        arguments: Sequence[str],
        environment: Optional[Mapping[str, str]] = None,
    ) -> Report:
        """Asks whether an image may be pushed.

        Args:
            image_name: The image's name.
            arguments: Where it is to go and where it is. Not for secrets:
                other users of the machine can read a command line.
            environment: Variables besides those of this process.

        Returns:
            The report, of a refusal too.

        Raises:
            PushgateUnusableError: If there is no answer that can be read.
        """
        path = shutil.which(self.executable)
        if path is None:
            raise PushgateUnusableError(
                f"`{self.executable}` is not there, so that image "
                f"`{printable(image_name)}` cannot be checked and is not "
                f"pushed: {_INSTALLED}"
            )
        command = [path, "check", "--output=json", "--color=never"]
        if self.catalog is not None:
            command.append(f"--config={self.catalog}")
        # After `--` a name that begins with a dash is a name.
        command += [*arguments, "--", image_name]
        try:
            ended = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.timeout,
                env={**os.environ, **(environment or {})},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PushgateUnusableError(
                f"`{path}` gave no answer about image "
                f"`{printable(image_name)}` in {self.timeout} seconds: give "
                "it longer with `timeout` of the container registry, or find "
                "out with `pushgate check -v` what it waits for"
            ) from None
        except (OSError, ValueError) as error:
            raise PushgateUnusableError(
                f"`{printable(path)}` cannot be run: {printable(str(error))}"
            ) from error
        return read_report(path, ended.returncode, ended.stdout, ended.stderr)


def read_report(path: str, code: int, stdout: bytes, stderr: bytes) -> Report:
    """Reads what pushgate printed.

    Args:
        path: The program, for the errors.
        code: How it ended; negative is the signal that ended it.
        stdout: What it printed as its answer.
        stderr: What it printed for people.

    Returns:
        The report.

    Raises:
        PushgateUnusableError: If it is not an answer of a `pushgate check`
            that this package understands, and in accord with the exit code.
    """
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        raise PushgateUnusableError(
            f"`{path}` was ended by {name} before it answered: run it again, "
            "and see whether the machine is short of memory"
        )
    try:
        document = json.loads(stdout)
    except ValueError:
        said = printable(stderr.decode("utf-8", "replace").strip()[:400])
        raise PushgateUnusableError(
            f"`{path}` answered with exit code {code} and no JSON"
            f"{f' ({said})' if said else ''}: {_INSTALLED}"
        ) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        schema = document.get("schema") if isinstance(document, dict) else None
        raise PushgateUnusableError(
            f"`{path}` answers in the form {printable(repr(schema))}, and "
            f"this package reads {SCHEMA}: install a pushgate and a "
            "zenml-pushgate that belong together"
        )
    error = document.get("error")
    agrees = (
        document.get("verdict") == "accepted"
        if code == 0
        else isinstance(error, dict) and error.get("code") == code
    )
    if not agrees:
        raise PushgateUnusableError(
            f"`{path}` ended with exit code {code} and answered the verdict "
            f"{printable(repr(document.get('verdict')))}, which contradict "
            f"each other: {_INSTALLED}"
        )
    return Report(code=code, document=document)


_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\ufffc\U00013441\U00013442\U00016fe4\U0001d159"
    "\U000e0100-\U000e01ef]"
)
"""Fillers, variation selectors and blanks: letters, marks and symbols for
`str.isprintable`, and drawn as nothing."""


def printable(text: str) -> str:
    """Escapes what a terminal acts on or does not show.

    Flavors and registries are strangers, and so are their texts.

    Args:
        text: A text of anybody's.

    Returns:
        The text, with an escape for each character that is not shown.
    """
    return "".join(
        character
        if character.isprintable() and not _INVISIBLE.match(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _with_hint(text: str, said: Mapping[str, Any]) -> str:
    hint = said.get("hint")
    return f"{text}\nhint: {printable(str(hint))}" if hint else text


def _objects(value: Any) -> List[Dict[str, Any]]:
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]
