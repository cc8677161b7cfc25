"""A check that is written and never run."""

import ast
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from pushgate_flavor import _lazy

SOURCES = Path(__file__).parent.parent / "src"

SCRIPT = """
import sys
sys.path[:0] = [{sources!r}, {folder!r}]
from pushgate_flavor import _lazy, _made
_lazy.install("flavor")
import flavor
from pushgate_flavor._answer import Failure, ask
from pushgate_flavor.testing import push
for name in {names!r}:
    try:
        print(name, ask(getattr(flavor, name), push("registry.example.com/app:v1"), lambda path: "flavor.py" if path.startswith({folder!r}) else None))
    except Failure as failure:
        print(name, failure)
_made.refuse_early()
try:
    import early
except RuntimeError as error:
    print(error)
"""

FLAVOR = """
from __future__ import annotations
from contextlib import contextmanager
from itertools import starmap
from pushgate_flavor import APPROVED, deny

KEPT = []

def check(push):
    yield deny("a", "b")

async def later(push):
    raise deny("a", "b")

async def elements(push):
    yield deny("a", "b")

class Rules:
    @contextmanager
    def inside(self, push):
        if push.tag:
            raise deny("a", "b")
        yield

    def __iter__(self):
        yield from []

def called(push):
    problems = check(push)
    return APPROVED

def entered(push):
    Rules().inside(push)
    return APPROVED

def expression(push):
    (deny("a", "b") for _ in [1])
    return APPROVED

def mapped(push):
    map(lambda _: deny("a", "b"), [1])
    return APPROVED

def filtered(push):
    KEPT.append(filter(lambda _: deny("a", "b"), [1]))
    return APPROVED

def starred(push):
    starmap(deny, [("a", "b")])
    return APPROVED

def kept(push):
    KEPT.append(later(push))
    return APPROVED

def circled(push):
    circle = {}
    circle.update(circle=circle, later=later(push))
    return APPROVED

def iterated(push):
    KEPT.append(elements(push))
    return APPROVED

def runs(push):
    some = (lambda: (yield 1))
    assert list(some()) == [1] and list(Rules()) == [] and list(map(str, (n for n in [1, 2]))) == ["1", "2"]
    assert any(n > 1 for n in filter(None, [1, 2])) and next(map(str, [1])) == "1"
    check(push).close()
    for _ in range(3000):
        sum(n for n in [1])
    try:
        for problem in check(push):
            raise problem
    except Exception as refusal:
        refusal.drop()
    return APPROVED

async def hook(push):
    return APPROVED
"""


class Lazy(unittest.TestCase):
    maxDiff = None

    def test_what_has_not_run_is_told_with_its_line(self) -> None:
        lines = FLAVOR.splitlines()

        def at(text: str) -> str:
            return f"flavor.py:{lines.index(text) + 1}"

        values = "and has not run: ask for its values, as a `for` statement does, or close() it"
        iterator = f": an iterator was made {values}"
        event_loop = "was called and has not run: a flavor has no event loop: it answers before it returns: remove `async` and `await`"
        expected = {
            "called": f"{at('def check(push):')}: `check` was called {values}",
            # The line of a function that is decorated is that of its first decorator.
            "entered": f"{at('    @contextmanager')}: `inside` was called {values}",
            "expression": at('    (deny("a", "b") for _ in [1])') + iterator,
            "mapped": at('    map(lambda _: deny("a", "b"), [1])') + iterator,
            "filtered": at('    KEPT.append(filter(lambda _: deny("a", "b"), [1]))') + iterator,
            "starred": at('    starmap(deny, [("a", "b")])') + iterator,
            "kept": f"{at('async def later(push):')}: `later` {event_loop}",
            "circled": f"{at('async def later(push):')}: `later` {event_loop}",
            "iterated": f"{at('async def elements(push):')}: `elements` {event_loop}",
            "runs": "None",
            "hook": f"{at('async def hook(push):')}: the hook is async: a flavor's hook answers before it returns: remove `async` and `await`",
        }
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "flavor.py").write_text(FLAVOR)
            (Path(folder) / "early.py").write_text("from pushgate_flavor import deny\nLATEST = deny('a', 'b')\n")
            script = SCRIPT.format(sources=str(SOURCES), folder=f"{folder}/", names=list(expected))
            ran = subprocess.run([sys.executable, "-B", "-W", "ignore", "-c", script], capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")
        early = "a refusal is made before the hook is called: make it in the hook, where it is raised"
        self.assertEqual(ran.stdout.splitlines(), [*(f"{name} {said}" for name, said in expected.items()), early])

    def test_lines_stay_what_they_are(self) -> None:
        marked, plain = _lazy.marked(FLAVOR, "flavor.py"), ast.parse(FLAVOR)
        places = [[(type(node), node.lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt)] for tree in (marked, plain)]
        self.assertEqual(*places)
