"""Capability: bounded requests to origins that the operator has granted.

For a world that imports ``pushgate:flavor/http@0.1.2``. The operator grants an origin with ``--grant http=ORIGIN``; the host adds the credentials that are
bound to it. Redirects are not followed but returned.

A unit test replaces :func:`send` with ``unittest.mock.patch``: outside of a component nothing is sent.
"""

import json as _json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from . import _imports
from ._errors import ContractError
from ._refusal import Refusal, Unavailable

_host = _imports.capability("http")


class HttpError(ContractError):
    """Why there is no response. One that the hook does not catch becomes :class:`pushgate_flavor.Unavailable`."""

    case: Literal["not-granted", "invalid-request", "limit-exceeded", "timed-out", "too-large", "unreachable", "other"]

    def refusal(self) -> Refusal:
        return Unavailable(f"the request could not be sent: {self}")


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    """The status code, whatever it is: one of 400 and above raises nothing."""
    headers: list[tuple[str, str]] = field(default_factory=list)
    """Names in lower case, and values, in the order of the answer."""
    body: bytes = b""
    """The whole body."""

    @property
    def text(self) -> str:
        """The body as UTF-8; what is none is replaced by U+FFFD."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body, read as JSON. Raises ``ValueError`` when it is none."""
        return _json.loads(self.body)

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for known, value in self.headers if known == name.lower()), None)


def send(method: str, url: str, headers: Mapping[str, str] | Iterable[tuple[str, str]] = (), body: bytes | str = b"") -> Response:
    """Sends one request and waits for the whole response. A request that failed may have reached the server all the same."""
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    sent = body.encode() if isinstance(body, str) else body
    response = _imports.call(HttpError, lambda: _host.send(_host.Request(method, url, pairs, sent)))
    return Response(response.status, response.headers, response.body)


def get(url: str, headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> Response:
    """Sends a GET request."""
    return send("GET", url, headers)
