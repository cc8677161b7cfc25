"""A refusal that is made and never given."""

import asyncio
import contextlib
import unittest
import warnings
from collections.abc import Callable
from pathlib import Path

from pushgate_flavor import APPROVED, Approval, Denied, InspectError, Misconfigured, Other, Push, Refusal, Unavailable, Violation, deny
from pushgate_flavor._answer import Failure, ask
from pushgate_flavor.testing import push

PUSH = push("registry.example.com/team/app:v1")
AGAIN, COLLECTED = 'refusal = deny("again", "c")', 'found = [Violation("collected", "c")]'
MADE_EARLY = deny("early", "made while the module was imported")


class Owned(Unavailable):
    """A refusal of the author's own, which does as it likes."""

    def __init__(self, system: str) -> None:
        self.system = system


def authored(path: str) -> str | None:
    return Path(path).name if path == __file__ else None


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(Path(__file__).read_text().splitlines(), 1) if line.strip() == text)


class Forgotten(unittest.TestCase):
    def forgotten(self, hook: Callable[[Push], object], line: str) -> None:
        with self.assertRaises(Failure) as failed:
            ask(hook, PUSH, authored)
        place = f"test_forgotten.py:{line_of(line)}"
        self.assertEqual(str(failed.exception), f"a refusal was made at {place} and never given: raise it, or drop it with drop()")

    def test_every_kind(self) -> None:
        makers: list[Callable[[], Refusal]] = [
            lambda: deny("a.b", "c"),
            lambda: Denied([Violation("a.b", "c")]),
            lambda: Misconfigured("x"),
            lambda: Unavailable("x"),
            lambda: Other("x"),
            lambda: Owned("x"),
            lambda: Refusal("x"),
            lambda: InspectError("not-found").refusal(),
        ]
        for make in makers:

            def prepare(push: Push, make: Callable[[], Refusal] = make) -> Approval:
                make()
                return APPROVED

            with self.subTest(make=make), self.assertRaisesRegex(Failure, r"^a refusal was made at test_forgotten.py:\d+ and never given"):
                ask(prepare, PUSH, authored)

    def test_the_line_is_the_one_that_made_it(self) -> None:
        def check(push: Push) -> Denied:
            return deny("helper", "returned to a caller that ignores it")

        def prepare(push: Push) -> Approval:
            check(push)
            return APPROVED

        self.forgotten(prepare, 'return deny("helper", "returned to a caller that ignores it")')

    def test_the_first_of_several_is_named(self) -> None:
        def prepare(push: Push) -> Approval:
            deny("first", "one")
            deny("second", "two")
            return APPROVED

        self.forgotten(prepare, 'deny("first", "one")')

    def test_one_that_is_swallowed(self) -> None:
        def caught(push: Push) -> Approval:
            try:
                raise deny("caught", "c")
            except Exception:
                pass
            return APPROVED

        def suppressed(push: Push) -> Approval:
            with contextlib.suppress(Exception):
                raise deny("suppressed", "c")
            return APPROVED

        def left(push: Push) -> Approval:
            try:
                raise deny("left", "c")
            finally:
                return APPROVED  # noqa: B012

        self.forgotten(caught, 'raise deny("caught", "c")')
        self.forgotten(suppressed, 'raise deny("suppressed", "c")')
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            self.forgotten(left, 'raise deny("left", "c")')

    def test_one_that_is_dropped(self) -> None:
        def prepare(push: Push) -> Approval:
            try:
                raise deny("a.b", "c")
            except Denied as refusal:
                refusal.drop()
            return APPROVED

        self.assertIsNone(ask(prepare, PUSH, authored))

    def test_a_call_that_refuses_keeps_its_refusal(self) -> None:
        def prepare(push: Push) -> Approval:
            Unavailable("forgotten")
            raise Other("given")

        self.assertEqual(str(ask(prepare, PUSH, authored)), "given")

    def test_one_of_another_call_does_not_count(self) -> None:
        self.forgotten_in_an_earlier_call()
        Misconfigured("made outside of a call")
        self.assertIsNone(ask(lambda _: APPROVED, PUSH, authored))

        def prepare(push: Push) -> Approval:
            raise MADE_EARLY

        self.assertIs(ask(prepare, PUSH, authored), MADE_EARLY)

    def forgotten_in_an_earlier_call(self) -> None:
        def prepare(push: Push) -> Approval:
            deny("earlier", "c")
            return APPROVED

        self.forgotten(prepare, 'deny("earlier", "c")')

    def test_a_denial_of_nothing_is_none(self) -> None:
        def prepare(push: Push) -> Approval:
            with contextlib.suppress(ValueError):
                raise Denied([])
            return APPROVED

        self.assertIsNone(ask(prepare, PUSH, authored))

    def test_one_that_is_dropped_and_raised_again(self) -> None:
        def prepare(push: Push) -> Approval:
            refusal = deny("again", "c")
            refusal.drop()
            with contextlib.suppress(Denied):
                raise refusal
            return APPROVED

        place = f"test_forgotten.py:{line_of(AGAIN)}"
        with self.assertRaises(Failure) as failed:
            ask(prepare, PUSH, authored)
        self.assertEqual(
            str(failed.exception), f"a refusal was made at {place}, dropped, raised again and never given: raise it, or drop it with drop()"
        )

    def test_a_violation_that_is_in_no_denial(self) -> None:
        def collects(push: Push) -> Approval:
            found = [Violation("collected", "c")]
            return APPROVED if found else APPROVED

        def drops(push: Push) -> Approval:
            Violation("a.b", "c").drop()
            Denied([Violation("a.b", "c"), Violation("a.b", "c")]).drop()
            return APPROVED

        place = f"test_forgotten.py:{line_of(COLLECTED)}"
        with self.assertRaises(Failure) as failed:
            ask(collects, PUSH, authored)
        self.assertEqual(
            str(failed.exception), f"a violation was made at {place} and never given: raise Denied([...]) with it, or drop it with drop()"
        )
        self.assertIsNone(ask(drops, PUSH, authored))

    def test_a_check_that_is_async_never_ran(self) -> None:
        async def check(push: Push) -> None:
            await asyncio.sleep(0)
            raise deny("async", "c")

        def prepare(push: Push) -> Approval:
            check(push)  # type: ignore[unused-coroutine]
            return APPROVED

        with self.assertRaises(Failure) as failed:
            ask(prepare, PUSH, authored)
        self.assertEqual(
            str(failed.exception),
            f"test_forgotten.py:{line_of('async def check(push: Push) -> None:')}: `check` was called and has not run: "
            "a flavor has no event loop: it answers before it returns: remove `async` and `await`",
        )
        self.assertIsNone(ask(lambda _: APPROVED, PUSH, authored))


class Names(unittest.TestCase):
    def test_members_of_the_config_that_do_not_exist(self) -> None:
        from pushgate_flavor.testing import image

        config = image(config={"config": {"User": "app"}}).config
        self.assertEqual(
            (config["config"].get("User"), config["config"].get("Env"), config["config"].get("Env", []), config.get("variant")),
            ("app", None, [], None),
        )
        self.assertEqual(("Env" in config["config"], "User" in config["config"], dict(config["config"])), (False, True, {"User": "app"}))
        with self.assertRaises(KeyError):
            config["config"]["Env"]
        top = "there is architecture, author, config, created, os, os.version, rootfs, variant"
        execution = "There is Cmd, Entrypoint, Env, ExposedPorts, Healthcheck, Labels, StopSignal, User, Volumes, WorkingDir"
        wrong: list[tuple[Callable[[], object], str]] = [
            (lambda: config.get("Env"), f'`image.config` has no member `Env`: did you mean `image.config["config"]["Env"]`? T{top[1:]}'),
            (lambda: "history" in config, f"`image.config` has no member `history`: {top}"),
            (
                lambda: config["config"]["user"],  # type: ignore[typeddict-item]
                f'`image.config["config"]` has no member `user`: did you mean `image.config["config"]["User"]`? {execution}',
            ),
        ]
        for ask_for, message in wrong:
            with self.subTest(message), self.assertRaises(LookupError) as failed:
                ask_for()
            self.assertEqual(failed.exception.args, (message,))

    def test_a_health_check_and_the_version_of_a_windows(self) -> None:
        from pushgate_flavor.testing import image

        plain = image().config
        self.assertEqual((plain.get("os.version"), plain["config"].get("Healthcheck")), (None, None))
        config = image("windows/amd64", config={"os.version": "10.0", "config": {"Healthcheck": {"Test": ["NONE"]}}}).config
        check = config["config"]["Healthcheck"]
        self.assertEqual((config["os.version"], check["Test"], check.get("Retries")), ("10.0", ["NONE"], None))
        with self.assertRaisesRegex(LookupError, r'did you mean `image.config\["config"\]\["Healthcheck"\]\["Retries"\]`\? There is Interval, Retries, '):
            check.get("retries")
        with self.assertRaisesRegex(ValueError, "has no member `Tests`"):
            image(config={"config": {"Healthcheck": {"Tests": []}}})

    def test_members_of_a_push_that_do_not_exist(self) -> None:
        def prepare(push: Push) -> Approval:
            return push.tags  # type: ignore[attr-defined, no-any-return]

        with self.assertRaises(Failure) as failed:
            ask(prepare, PUSH, authored)
        members = "digest, dry_run, images, reference, registry, registry_uri, repository, requested_at, settings, tag"
        self.assertTrue(str(failed.exception).endswith(f": AttributeError: 'Push' object has no attribute 'tags': there is {members}"))
