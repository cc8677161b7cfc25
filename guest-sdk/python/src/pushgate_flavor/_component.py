"""The two sides of a component: the hook on one, the generated bindings on the other. The build's own module makes the exports of it."""

import os
import sys
from types import ModuleType
from typing import Any

from . import _confinement

# What componentize-py generates is there in a component only.
from componentize_py_types import Err  # type: ignore[import-not-found]  # isort: skip
from wit_world.imports import log as host_log  # type: ignore[import-not-found]  # isort: skip
from wit_world.imports import types  # isort: skip

from . import log
from ._answer import Failure, Hook, ask
from ._push import HostImage, InspectError, Push
from ._refusal import Denied, Misconfigured, Refusal, Unavailable


class _HostPush:
    def __init__(self, push: Any) -> None:
        self._push = push

    def __getattr__(self, name: str) -> Any:
        return getattr(self._push, name)

    def images(self) -> list[HostImage]:
        try:
            images: list[HostImage] = self._push.images()
        except Err as error:
            raise InspectError.of(error.value) from None
        return images

    def digest(self) -> str | None:
        try:
            digest: str | None = self._push.digest()
        except Err as error:
            raise InspectError.of(error.value) from None
        return digest


def hook_of(module: ModuleType) -> Hook:
    """The hook in the author's module."""
    hook: Hook | None = getattr(module, "prepare", None)
    if hook is None:
        raise ImportError(f"{os.path.basename(module.__file__ or module.__name__)} has no function `prepare`: define `def prepare(push):`")
    return hook


class PrepareImagePush:
    """The export ``prepare-image-push``, with the author's module as ``flavor`` in a class made of it."""

    flavor: ModuleType

    def prepare(self, push: Any) -> Any:
        log.connect(lambda level, message: host_log.log(host_log.Level(level), message))
        folder = _project(self.flavor)

        def authored(path: str) -> str | None:
            return path.removeprefix(folder) if path.startswith(folder) else None

        printed = _confinement.confine(push.requested_at, authored)
        try:
            refusal = ask(hook_of(self.flavor), Push(_HostPush(push)), authored)
        except Failure as failure:
            for stream in printed:
                stream.finish()
            log.error(failure)
            # Not by an exception: Python would print it with lines from files, which there are not.
            os.abort()
        for stream in printed:
            stream.finish()
        if refusal is None:
            return types.Approval.APPROVED
        raise Err(_lower(refusal))


def _project(module: ModuleType) -> str:
    """The folder of the project, ending with a slash: the entry of ``sys.path`` that the author's module comes from."""
    path = module.__file__ or ""
    return max((f"{folder.rstrip('/')}/" for folder in sys.path if path.startswith(f"{folder.rstrip('/')}/")), key=len, default="/")


def _lower(refusal: Refusal) -> Any:
    if isinstance(refusal, Denied):
        return types.Refusal_Denied(
            [types.Violation(_text(v.code), _text(v.message), v.hint and _text(v.hint), _details(v.details)) for v in refusal.violations]
        )
    message = _text(str(refusal))
    if isinstance(refusal, Misconfigured):
        return types.Refusal_Misconfigured(message)
    if isinstance(refusal, Unavailable):
        return types.Refusal_Unavailable(message)
    return types.Refusal_Other(message)


def _details(details: Any) -> list[tuple[str, str]]:
    return [(_text(key), _text(value)) for key, value in details.items()]


def _text(text: str) -> str:
    """A lone surrogate has no UTF-8, and would end the call."""
    return text.encode("utf-8", "replace").decode()
