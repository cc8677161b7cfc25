import unittest
from pathlib import Path

from pushgate_flavor import APPROVED, Denied, InspectError, Misconfigured, Other, Push, Unavailable, Violation, deny
from pushgate_flavor._answer import Failure, ask
from pushgate_flavor.http import HttpError
from pushgate_flavor.registry import QueryError
from pushgate_flavor.testing import push

PUSH = push("registry.example.com/team/app:v1")


def authored(path: str) -> str | None:
    return Path(path).name if path == __file__ else None


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(Path(__file__).read_text().splitlines(), 1) if line.strip() == text)


class Answers(unittest.TestCase):
    def failure(self, hook: object) -> str:
        with self.assertRaises(Failure) as failed:
            ask(hook, PUSH, authored)  # type: ignore[arg-type]
        return str(failed.exception)

    def test_approved_is_the_only_good_answer(self) -> None:
        self.assertIsNone(ask(lambda _: APPROVED, PUSH, authored))
        answers: tuple[object, ...] = (
            None,
            True,
            "approved",
            0,
            deny("a", "b"),
            Violation("a", "b"),
            Misconfigured("x"),
            InspectError("not-found"),
            [],
        )
        for answer in answers:

            def prepare(push: Push, answer: object = answer) -> object:
                return answer

            with self.subTest(answer=answer):
                self.assertIn("the hook returned", self.failure(prepare))

    def test_a_refusal_that_is_returned_is_named(self) -> None:
        def prepare(push: Push) -> object:
            return deny("a", "b")

        self.assertEqual(
            self.failure(prepare),
            f"test_answers.py:{line_of('def prepare(push: Push) -> object:')}: the hook returned a refusal instead of raising it: raise deny(...)",
        )

    def test_an_async_hook_is_named(self) -> None:
        async def prepare(push: Push) -> object:
            return APPROVED

        self.assertIn("the hook is async: a flavor's hook answers before it returns: remove `async` and `await`", self.failure(prepare))

    def test_a_hook_that_yields_is_named(self) -> None:
        def prepare(push: Push) -> object:
            yield APPROVED

        self.assertIn("remove `yield`", self.failure(prepare))

    def test_a_raised_refusal_is_the_answer(self) -> None:
        for refusal in (deny("a", "b"), Misconfigured("x"), Unavailable("x"), Other("x")):

            def prepare(push: Push, refusal: Exception = refusal) -> object:
                raise refusal

            self.assertIs(ask(prepare, PUSH, authored), refusal)

    def test_an_exception_is_a_failure_with_the_line(self) -> None:
        def prepare(push: Push) -> object:
            return dict[str, str]()["gone"]

        line = line_of('return dict[str, str]()["gone"]')
        self.assertEqual(self.failure(prepare), f"test_answers.py:{line}: KeyError: 'gone'")

    def test_the_line_is_the_authors_not_the_one_of_a_library(self) -> None:
        def prepare(push: Push) -> object:
            raise Denied([])

        self.assertTrue(self.failure(prepare).startswith(f"test_answers.py:{line_of('raise Denied([])')}: ValueError: a denial needs"))

    def test_the_cause_is_told(self) -> None:
        def prepare(push: Push) -> object:
            try:
                return dict[str, str]()["gone"]
            except KeyError as error:
                raise ValueError("no setting") from error

        self.assertIn("ValueError: no setting (from KeyError: 'gone')", self.failure(prepare))

    def test_what_would_end_python_is_told(self) -> None:
        def prepare(push: Push) -> object:
            raise SystemExit(3)

        self.assertIn("SystemExit: 3", self.failure(prepare))

    def test_errors_of_the_contract_become_refusals(self) -> None:
        for error, kind, message in (
            (InspectError("not-found"), Unavailable, "the image was not found"),
            (InspectError("not-an-image", "application/x"), Denied, "not a container image but an artifact of type `application/x`"),
            (InspectError("unavailable", "gone"), Unavailable, "the images cannot be read: gone"),
            (InspectError("other", "damaged"), Other, "the images cannot be looked at: damaged"),
            (QueryError("not-granted"), Unavailable, "the registry could not be asked: not-granted"),
            (QueryError("unavailable", "gone"), Unavailable, "the registry could not be asked: unavailable: gone"),
            (HttpError("timed-out"), Unavailable, "the request could not be sent: timed-out"),
        ):

            def prepare(push: Push, error: Exception = error) -> object:
                raise error

            refusal = ask(prepare, PUSH, authored)
            self.assertIs(type(refusal), kind)
            self.assertEqual(str(refusal), message)


class Violations(unittest.TestCase):
    def test_a_value_of_another_type_fails_where_it_is_written(self) -> None:
        for wrong, named in (
            (lambda: deny("a", 3), "message"),  # type: ignore[arg-type]
            (lambda: deny("a", "b", 3), "hint"),  # type: ignore[arg-type]
            (lambda: deny("a", "b", None, {"status": 500}), "detail 'status'"),  # type: ignore[dict-item]
            (lambda: deny("a", "b", None, [("a", "b")]), "details"),  # type: ignore[arg-type]
            (lambda: Misconfigured(3), "message"),  # type: ignore[arg-type]
            (lambda: Denied([deny("a", "b")]), "violations"),  # type: ignore[list-item]
        ):
            with self.subTest(named), self.assertRaisesRegex(TypeError, named):
                wrong()

    def test_several_at_once(self) -> None:
        denied = Denied(Violation("a", f"image {number}") for number in (1, 2))
        self.assertEqual(str(denied), "image 1; image 2")
        self.assertEqual(denied.violations[1], Violation("a", "image 2", None, {}))


class GeneratedErrors(unittest.TestCase):
    def test_the_case_is_named_as_in_the_contract(self) -> None:
        generated = type("HttpError_NotGranted", (), {"value": "no"})
        error = HttpError.of(generated())
        self.assertEqual((type(error), error.case, error.text, str(error)), (HttpError, "not-granted", "no", "not-granted: no"))
        self.assertEqual(str(HttpError.of(type("HttpError_TimedOut", (), {})())), "timed-out")
