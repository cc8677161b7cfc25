"""Checks that are written and never run: a generator, a coroutine or a ``map`` that nobody asks for a value has made no refusal that could be found.

Python says nothing when one is made, and nothing when it goes. So the flavor's own modules are compiled with a mark at each place that makes one, which keeps it
until the hook approves; lines stay what they are.
"""

import ast
import builtins
import importlib.util
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from importlib.machinery import SourceFileLoader
from types import AsyncGeneratorType, CodeType, GeneratorType
from typing import Any

from . import _made

_FUNCTION, _VALUE = "__pushgate_lazy__", "__pushgate_made__"
"""The names by which the flavor's modules find :func:`_lazy` and :func:`_value`."""

_ITERATORS = {"map", "filter", "starmap"}
"""What makes an iterator that calls a function."""

_MADE_BY_THEM = (map, filter, itertools.starmap)


def install(module: str) -> None:
    """From now on the modules beside this one, which has the hook, are compiled with marks."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return
    setattr(builtins, _FUNCTION, _lazy)
    setattr(builtins, _VALUE, _value)
    origin = os.path.dirname(spec.origin) if spec.submodule_search_locations else spec.origin
    folder = f"{os.path.dirname(origin)}/"
    plain = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if not loader.path.startswith(folder):
            return plain(loader, fullname)
        # Not from a file that Python left beside the source: that one has no marks.
        code: CodeType = compile(marked(loader.get_data(loader.path), loader.path), loader.path, "exec", dont_inherit=True)
        return code

    # Not by a finder of our own: a component without WASI traps in its first call where one stood in `sys.meta_path` while it was built.
    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


def marked(source: bytes | str, path: str) -> ast.Module:
    """A module with a mark wherever something is made that runs later."""
    tree: ast.Module = _Marks().visit(ast.parse(source, path))
    return ast.fix_missing_locations(tree)


class _Marks(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        return self._function(node) if _yields(node.body) else node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        return self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        return _call(_FUNCTION, node) if _yields([node.body]) else node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        self.generic_visit(node)
        return _call(_VALUE, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        return _call(_VALUE, node) if name in _ITERATORS else node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        # The innermost one, so that a decorator, such as `contextmanager`, is given what is marked.
        node.decorator_list.append(ast.copy_location(ast.Name(_FUNCTION, ast.Load()), node))
        return node


def _call(name: str, argument: ast.expr) -> ast.Call:
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name(name, ast.Load()), argument), [argument], []), argument)


def _yields(body: Sequence[ast.AST]) -> bool:
    """Whether a function with this body is a generator: what is inside of another one does not count."""
    for node in body:
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if _yields(list(ast.iter_child_nodes(node))):
            return True
    return False


def _lazy(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose call makes what runs later."""

    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        later = function(*arguments, **options)
        code = function.__code__
        _made.note_later(later, f"`{code.co_name}` was called", code, code.co_firstlineno)
        return later

    return call


def _value(later: Any) -> Any:
    """An expression that makes what runs later."""
    if isinstance(later, _MADE_BY_THEM):
        later = _elements(later)
    if isinstance(later, GeneratorType | AsyncGeneratorType):
        frame = sys._getframe(1)
        _made.note_later(later, "an iterator was made", frame.f_code, frame.f_lineno)
    return later


def _elements(iterator: Iterator[Any]) -> Iterator[Any]:
    """The same elements, by something that can be asked whether it was asked."""
    yield from iterator
