"""What programs may do that are called pushgate."""

import json
import os
import tempfile
import unittest
import unittest.mock
from pathlib import Path
from typing import Any, Dict

from zenml_pushgate.command import Pushgate, Report, printable, read_report
from zenml_pushgate.exceptions import (
    FlavorBrokeError,
    ImageOutsideRegistryError,
    ImageRefusedError,
    ImageUnreadableError,
    PushgateConfigurationError,
    PushgateError,
    PushgateUnusableError,
    RegistryFailedError,
)

IMAGE = "registry.example.com/team/app:v1"
ACCEPTED = {"schema": 1, "verdict": "accepted", "image": IMAGE, "hooks": []}


def failed(code: int, **more: Any) -> Dict[str, Any]:
    """A report of a failure."""
    error = {"code": code, "message": "it is so", "hint": "do this"}
    return {"schema": 1, "verdict": "refused", "error": error, **more}


class TestProgram(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "pushgate"

    def check(self, script: str, timeout: int = 60) -> Report:
        self.path.write_text(f"#!/bin/sh\n{script}\n")
        self.path.chmod(0o700)
        pushgate = Pushgate(str(self.path), "/catalog.toml", timeout)
        arguments = ["--uri=registry.example.com"]
        return pushgate.check("-x", arguments, {"SAID": "a variable"})

    def unusable(self, script: str, timeout: int = 60) -> str:
        with self.assertRaises(PushgateUnusableError) as caught:
            self.check(script, timeout)
        return str(caught.exception)

    def test_an_image_is_never_a_flag(self) -> None:
        seen = self.path.parent / "seen"
        answer = json.dumps(ACCEPTED)
        script = f"echo \"$@\" $SAID >'{seen}'; echo '{answer}'"
        self.assertIsNone(self.check(script).error())
        self.assertEqual(
            seen.read_text(),
            "check --output=json --color=never --config=/catalog.toml "
            "--uri=registry.example.com -- -x a variable\n",
        )

    def test_one_that_is_missing_or_cannot_be_run(self) -> None:
        for name in ("no-such-pushgate", str(self.path)):
            with self.assertRaises(PushgateUnusableError) as caught:
                Pushgate(name, None, 1).check(IMAGE, [])
            self.assertIn(f"`{name}` is not there", str(caught.exception))
        self.path.write_bytes(b"\x7fELF nonsense")
        self.path.chmod(0o700)
        with self.assertRaises(PushgateUnusableError) as caught:
            Pushgate(str(self.path), None, 1).check(IMAGE, [])
        self.assertIn("cannot be run", str(caught.exception))
        with self.assertRaises(PushgateUnusableError) as caught:
            Pushgate("sh", None, 1).check("a\0b", [])
        self.assertIn("cannot be run", str(caught.exception))

    def test_one_that_does_not_end(self) -> None:
        self.assertIn("in 1 seconds", self.unusable("exec sleep 600", 1))

    def test_one_that_is_killed(self) -> None:
        self.assertIn("SIGKILL", self.unusable("kill -9 $$"))

    def test_one_that_says_something_else(self) -> None:
        self.assertIn(
            "(no such command)",
            self.unusable("echo no such command >&2; exit 64"),
        )
        self.assertIn("no JSON", self.unusable("printf '{\"schema\": 1'"))
        self.assertIn("no JSON", self.unusable("printf '\\377'"))
        self.assertIn("form 2", self.unusable("echo '{\"schema\": 2}'"))
        self.assertIn("form None", self.unusable("echo '[]'"))

    def test_an_answer_that_contradicts_the_exit_code(self) -> None:
        for code, document in (
            (1, ACCEPTED),
            (4, failed(3)),
            (0, failed(4)),
            (0, {**ACCEPTED, "verdict": "pushed"}),
            (0, {"schema": 1}),
        ):
            script = f"echo '{json.dumps(document)}'; exit {code}"
            self.assertIn("contradict", self.unusable(script))


class TestReport(unittest.TestCase):
    def error(self, document: Dict[str, Any]) -> PushgateError:
        code = document["error"]["code"]
        stdout = json.dumps(document).encode()
        error = read_report("pushgate", code, stdout, b"").error()
        assert error is not None
        return error

    def test_each_exit_code_has_its_exception(self) -> None:
        for code, kind in {
            1: PushgateUnusableError,
            2: PushgateConfigurationError,
            3: ImageOutsideRegistryError,
            4: ImageRefusedError,
            5: FlavorBrokeError,
            6: ImageUnreadableError,
            7: RegistryFailedError,
            8: PushgateConfigurationError,
            9: PushgateUnusableError,
            130: PushgateUnusableError,
            143: PushgateUnusableError,
        }.items():
            error = self.error(failed(code))
            self.assertIs(type(error), kind)
            self.assertIsInstance(error, RuntimeError)
            self.assertTrue(str(error).endswith("it is so\nhint: do this"))

    def test_every_reason_is_told(self) -> None:
        first = {"code": "tag.latest", "message": "why", "hint": "tag it"}
        second = {"code": "user.root", "message": "root"}
        hooks = [{"violations": [first]}, {"violations": [second]}]
        error = self.error(failed(4, hooks=hooks))
        assert isinstance(error, ImageRefusedError)
        self.assertEqual(error.violations, [first, second])
        self.assertEqual(
            str(error),
            "it is so\n- why [tag.latest]\nhint: tag it\n- root [user.root]\n"
            "hint: do this",
        )

    def test_a_flavor_without_an_answer_is_named(self) -> None:
        for code, verdict, kind in (
            (5, "broke", FlavorBrokeError),
            (6, "unavailable", ImageUnreadableError),
            (7, "unavailable", RegistryFailedError),
            (8, "misconfigured", PushgateConfigurationError),
        ):
            hooks = [
                {"flavor": "forbid-tags", "verdict": "approved"},
                {"flavor": "a\u001bws", "verdict": verdict},
                {"flavor": "non-root", "verdict": "not_asked"},
            ]
            error = self.error(failed(code, hooks=hooks))
            self.assertIs(type(error), kind)
            self.assertEqual(
                str(error),
                f"it is so\n- flavor `a\\x1bws`: {verdict}\nhint: do this",
            )

    def test_messages_say_whose_they_are(self) -> None:
        messages = [{"hook": "aws", "message": "it is\u001b[2J there"}]
        report = Report(0, {**ACCEPTED, "messages": messages})
        self.assertEqual(report.messages, ["aws: it is\\x1b[2J there"])
        self.assertEqual(Report(0, ACCEPTED).messages, [])

    def test_warnings_say_whose_they_are(self) -> None:
        warnings = [
            {"hook": "aws", "message": "no\u001b[2J repository"},
            {"code": "uri.registered", "message": "it lies", "hint": "use"},
        ]
        report = Report(0, {**ACCEPTED, "warnings": warnings})
        expected = ["aws: no\\x1b[2J repository", "it lies\nhint: use"]
        self.assertEqual(report.warnings, expected)

    def test_a_terminal_is_shown_nothing_that_it_acts_on(self) -> None:
        self.assertEqual(printable("é\u202e\n\x1b"), "é\\u202e\\n\\x1b")
        for code in (0x34F, 0x115F, 0x180B, 0x2800, 0x3164, 0xFE0F, 0xE0100):
            shown = printable(f"a{chr(code)}b")
            self.assertIn("\\", shown, hex(code))
            self.assertTrue(shown.isascii(), hex(code))


class TestEnvironment(unittest.TestCase):
    def test_the_engine_is_the_one_of_docker_py(self) -> None:
        from zenml_pushgate.engines import docker_host

        default = "unix:///var/run/docker.sock"
        for said, meant in (
            (None, default),
            ("", default),
            ("http+unix:///run/x.sock", "unix:///run/x.sock"),
            ("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375"),
        ):
            environment = dict(os.environ)
            environment.pop("DOCKER_HOST", None)
            if said is not None:
                environment["DOCKER_HOST"] = said
            with unittest.mock.patch.dict(os.environ, environment, clear=True):
                self.assertEqual(docker_host(), meant)


if __name__ == "__main__":
    unittest.main()
