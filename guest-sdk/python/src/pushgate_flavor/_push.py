"""The push that is asked about."""

import json
from functools import cached_property
from typing import Any, Literal, Protocol, cast

from ._config import ImageConfig, read
from ._errors import ContractError
from ._refusal import Other, Refusal, Unavailable, deny


class HostImage(Protocol):
    """An image as the contract gives it."""

    def platform(self) -> str: ...
    def labels(self) -> list[tuple[str, str]]: ...
    def config(self) -> str: ...
    def compressed_size(self) -> int | None: ...
    def uncompressed_size(self) -> int | None: ...
    def annotations(self) -> list[tuple[str, str]]: ...


class HostPush(Protocol):
    """A push as the contract gives it, but that ``images`` and ``digest`` raise an :class:`InspectError`."""

    def reference(self) -> str: ...
    def registry(self) -> str: ...
    def repository(self) -> str: ...
    def tag(self) -> str | None: ...
    def registry_uri(self) -> str: ...
    def settings(self) -> str: ...
    def requested_at(self) -> int: ...
    def dry_run(self) -> bool: ...
    def images(self) -> list[HostImage]: ...
    def digest(self) -> str | None: ...


class InspectError(ContractError):
    """Why the images could not be looked at.

    One that the hook does not catch becomes a refusal: an artifact is denied with the code ``not-an-image``, so that a rule about every image is never true
    of none; an image that is not found or cannot be read is :class:`Unavailable`.
    """

    case: Literal["not-found", "not-an-image", "unavailable", "other"]

    def refusal(self) -> Refusal:
        match self.case:
            case "not-found":
                return Unavailable("the image was not found")
            case "not-an-image":
                return deny(
                    "not-an-image",
                    f"not a container image but an artifact of type `{self.text}`",
                    "this registry's rules are about container images: push artifacts to another registry",
                    {"artifact-type": self.text or ""},
                )
            case "unavailable":
                return Unavailable(f"the images cannot be read: {self.text}")
            case _:
                return Other(f"the images cannot be looked at: {self.text}")


class Image:
    """One image of the push: one platform of a multi-platform image, or the only one."""

    def __init__(self, host: HostImage) -> None:
        self._host = host

    @cached_property
    def platform(self) -> str:
        """``os/architecture[/variant]``, for example ``linux/arm64/v8``."""
        return self._host.platform()

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels of the image config, in the order of their keys."""
        return dict(self._host.labels())

    @cached_property
    def config(self) -> ImageConfig:
        """The image config, which the host has rebuilt after the OCI image specification."""
        return read(self._host.config())

    @cached_property
    def compressed_size(self) -> int | None:
        """What a registry holds of the image, in bytes: its config and its layers as they are pushed.

        ``None`` where the layers are compressed only in the push, as those of the Docker Engine's images are.
        """
        return self._host.compressed_size()

    @cached_property
    def uncompressed_size(self) -> int | None:
        """The image's layers uncompressed, in bytes; ``None`` where nobody has counted, as of most compressed layers."""
        return self._host.uncompressed_size()

    @cached_property
    def annotations(self) -> dict[str, str]:
        """The annotations of the image's manifest, in the order of their keys.

        Empty where the manifest is made only in the push, as that of the Docker Engine's images is.
        """
        return dict(self._host.annotations())


class Push:
    """A push whose reference is already proven to lie inside the registry's URI."""

    def __init__(self, host: HostPush) -> None:
        self._host = host

    @cached_property
    def reference(self) -> str:
        """The whole canonical reference: ``registry/repository:tag``, or ``registry/repository@digest`` when there is no tag."""
        return self._host.reference()

    @cached_property
    def registry(self) -> str:
        """The registry's host, with its port if it has one: ``registry.example.com:5000``."""
        return self._host.registry()

    @cached_property
    def repository(self) -> str:
        """The repository, with its whole path: ``team/app``."""
        return self._host.repository()

    @cached_property
    def tag(self) -> str | None:
        """The tag; ``None`` when the image is pushed by digest only."""
        return self._host.tag()

    @cached_property
    def registry_uri(self) -> str:
        """The canonical URI that the registry was registered with: ``registry.example.com/team``."""
        return self._host.registry_uri()

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings that this registry gives the flavor. With a schema in the component, they fit it."""
        return cast(dict[str, Any], json.loads(self._host.settings()))

    @cached_property
    def requested_at(self) -> int:
        """When the push was asked for, in seconds since 1970-01-01 UTC. The only clock that a flavor has."""
        return self._host.requested_at()

    @cached_property
    def dry_run(self) -> bool:
        """Whether nothing will be pushed whatever the answer is. The flavor must then change nothing either."""
        return self._host.dry_run()

    def images(self) -> list[Image]:
        """Every image of the push in the order of its index: one for each platform, never none.

        The host reads the source on the first call, so a flavor that can decide without the images should not ask. Raises :class:`InspectError`.
        """
        return [Image(image) for image in self._host.images()]

    def digest(self) -> str | None:
        """The digest that the tag points to after the push: of the manifest that is pushed, or of the index.

        ``None`` where the manifest is made only in the push, as that of the Docker Engine's images is. The host reads the source on the first call. Raises
        :class:`InspectError`.
        """
        return self._host.digest()
