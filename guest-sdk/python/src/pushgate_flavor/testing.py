"""Pushes to try a flavor with, natively: in unit tests, with any Python.

::

    from pushgate_flavor import APPROVED, Denied
    from pushgate_flavor.testing import image, push

    assert prepare(push("registry.example.com/team/app:v1", images=[image("linux/amd64")])) is APPROVED
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from . import _config, log
from ._push import HostImage, Image, InspectError, Push


class _HostImage:
    def __init__(
        self,
        platform: str,
        labels: Mapping[str, str],
        config: Mapping[str, Any],
        compressed_size: int | None,
        uncompressed_size: int | None,
        annotations: Mapping[str, str],
    ) -> None:
        _config.check(config)
        system, architecture, *variant = platform.split("/")
        self._platform = platform
        self._labels = sorted(labels.items())
        self._compressed_size = compressed_size
        self._uncompressed_size = uncompressed_size
        self._annotations = sorted(annotations.items())
        self._config: dict[str, Any] = {"architecture": architecture, "os": system}
        if variant:
            self._config["variant"] = variant[0]
        self._config |= {"config": {}, "rootfs": {"type": "layers", "diff_ids": []}, **config}
        if labels:
            self._config["config"] = {**self._config["config"], "Labels": dict(self._labels)}

    def platform(self) -> str:
        return self._platform

    def labels(self) -> list[tuple[str, str]]:
        return self._labels

    def config(self) -> str:
        return json.dumps(self._config)

    def compressed_size(self) -> int | None:
        return self._compressed_size

    def uncompressed_size(self) -> int | None:
        return self._uncompressed_size

    def annotations(self) -> list[tuple[str, str]]:
        return self._annotations


class _HostPush:
    def __init__(
        self,
        reference: str,
        uri: str | None,
        settings: Mapping[str, Any],
        requested_at: int,
        dry_run: bool,
        images: Sequence[Image] | InspectError,
        digest: str | None,
    ) -> None:
        name, _, named = reference.partition("@")
        self._registry, slash, path = name.partition("/")
        self._repository, colon, tag = path.partition(":")
        if not slash or not self._repository or not (tag or named):
            raise ValueError(f"{reference!r} is no canonical reference: registry/repository:tag, or registry/repository@digest")
        self._reference = reference
        self._tag = tag if colon else None
        self._uri = uri or self._registry
        self._settings = json.dumps(settings)
        self._requested_at = requested_at
        self._dry_run = dry_run
        self._images = images
        self._digest = digest

    def reference(self) -> str:
        return self._reference

    def registry(self) -> str:
        return self._registry

    def repository(self) -> str:
        return self._repository

    def tag(self) -> str | None:
        return self._tag

    def registry_uri(self) -> str:
        return self._uri

    def settings(self) -> str:
        return self._settings

    def requested_at(self) -> int:
        return self._requested_at

    def dry_run(self) -> bool:
        return self._dry_run

    def images(self) -> list[HostImage]:
        if isinstance(self._images, InspectError):
            raise self._images
        return [image._host for image in self._images]

    def digest(self) -> str | None:
        if self._digest is None and isinstance(self._images, InspectError) and self._images.case in ("unavailable", "other"):
            raise self._images
        return self._digest


def push(
    reference: str,
    *,
    uri: str | None = None,
    settings: Mapping[str, Any] | None = None,
    requested_at: int = 1767225600,
    dry_run: bool = False,
    images: Sequence[Image] | InspectError | None = None,
    digest: str | None = None,
) -> Push:
    """A push of ``registry/repository:tag`` or ``registry/repository@digest``.

    ``uri`` is what the registry is registered with, by default its host; ``requested_at`` counts seconds since 1970-01-01 UTC, by default it is
    2026-01-01. Without ``images``, asking for them raises ``InspectError("not-found")``; without ``digest``, nobody can tell it.
    """
    found = InspectError("not-found") if images is None else images
    return Push(_HostPush(reference, uri, settings or {}, requested_at, dry_run, found, digest))


def image(
    platform: str = "linux/amd64",
    *,
    labels: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    compressed_size: int | None = None,
    uncompressed_size: int | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Image:
    """An image for one platform. ``config`` holds members of its image config; the labels are added to it. Sizes are bytes, by default unknown."""
    return Image(_HostImage(platform, labels or {}, config or {}, compressed_size, uncompressed_size, annotations or {}))


def take_log() -> list[tuple[log.Level, str]]:
    """The messages that were logged since the last call."""
    messages = log.recorded[:]
    log.recorded.clear()
    return messages
