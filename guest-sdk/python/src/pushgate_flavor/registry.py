"""Capability: read-only questions to the registry that the image goes to, inside its URI.

For a world that imports ``pushgate:flavor/registry@0.1.2``. The operator grants it with ``--grant registry``; without, every function raises
``QueryError("not-granted")``. A repository is named by its whole path, as :attr:`pushgate_flavor.Push.repository` gives it.

A unit test replaces a function with ``unittest.mock.patch``: outside of a component there is no registry to ask.
"""

from typing import Literal

from . import _imports
from ._errors import ContractError
from ._refusal import Refusal, Unavailable

_host = _imports.capability("registry")


class QueryError(ContractError):
    """Why a question has no answer. One that the hook does not catch becomes :class:`pushgate_flavor.Unavailable`."""

    case: Literal["not-granted", "limit-exceeded", "unauthorized", "unavailable", "other"]

    def refusal(self) -> Refusal:
        return Unavailable(f"the registry could not be asked: {self}")


def repository_exists(repository: str) -> bool:
    """Whether a repository exists. A registry that creates repositories on the first push says ``False`` until then."""
    exists: bool = _imports.call(QueryError, _host.repository_exists, repository)
    return exists


def tags(repository: str, after: str | None = None, limit: int = 1000) -> list[str]:
    """A page of the tags of a repository: at most ``limit`` of them, and at most 1,000, sorted, all after ``after``. An empty page is the end."""
    page: list[str] = _imports.call(QueryError, _host.tags, repository, after, limit)
    return page


def manifest_digest(repository: str, tag: str) -> str | None:
    """The digest of the manifest that a tag points to; ``None`` when there is no such tag or repository."""
    digest: str | None = _imports.call(QueryError, _host.manifest_digest, repository, tag)
    return digest
