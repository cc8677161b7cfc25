"""The container registry that asks pushgate before every push."""

import base64
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple, cast

from zenml.container_engines import get_container_engine
from zenml.container_registries.base_container_registry import (
    BaseContainerRegistry,
)
from zenml.logger import get_logger
from zenml.stack import StackValidator

from zenml_pushgate.callers import only_asks, pushing_engine
from zenml_pushgate.command import Pushgate, Report, printable
from zenml_pushgate.engines import image_source, pushed_names
from zenml_pushgate.exceptions import (
    ImageOutsideRegistryError,
    PushgateConfigurationError,
    PushgateUnusableError,
)
from zenml_pushgate.flavors.pushgate_container_registry_flavor import (
    PushgateContainerRegistryConfig,
)

if TYPE_CHECKING:
    from zenml.stack import Stack

logger = get_logger(__name__)


class PushgateContainerRegistry(BaseContainerRegistry):
    """A container registry that pushgate guards."""

    @property
    def config(self) -> PushgateContainerRegistryConfig:
        """The configuration.

        Returns:
            The configuration.
        """
        return cast(PushgateContainerRegistryConfig, self._config)

    @property
    def validator(self) -> Optional[StackValidator]:
        """Refuses stacks whose image builder would push without asking.

        Returns:
            The validator.
        """
        return StackValidator(custom_validation_function=_builds_locally)

    def contains(self, image_name: str) -> bool:
        """Whether an image's name lies inside the registry's URI.

        For whoever only wants to know. Nothing but the name is looked at.

        Args:
            image_name: The name of the image.

        Returns:
            `True` if it does, `False` if it does not or is no name.
        """
        report = self._scope(_without_digest(image_name))
        error = report.error()
        if error is not None and not isinstance(
            error, ImageOutsideRegistryError
        ):
            raise error
        return error is None

    def is_valid_image_name_for_registry(self, image_name: str) -> bool:
        """Whether an image's name lies inside the registry's URI.

        ZenML's container engines push an image for which this answers no, and
        skip `prepare_image_push`. So nobody is answered no but those that are
        known to ask without pushing.

        Args:
            image_name: The name of the image.

        Returns:
            `True` if it does, and `False` to a caller that only asks.

        Raises:
            PushgateError: If the caller may be about to push, and the name
                lies elsewhere; or if pushgate cannot answer.
        """
        error = self._scope(_without_digest(image_name)).error()
        if error is None:
            return True
        if isinstance(error, ImageOutsideRegistryError) and only_asks(
            sys._getframe(1)
        ):
            return False
        raise error

    def prepare_image_push(self, image_name: str) -> None:
        """Asks pushgate about an image that is about to be pushed.

        Args:
            image_name: Name of the image that will be pushed.

        Raises:
            PushgateError: If it must not be.
        """
        scope = self._scope(image_name)
        error = scope.error()
        if error is not None:
            raise error
        _require_tag(image_name, scope)
        if (
            self.config.registry is None
            and self.config.pushgate_flavor is None
        ):
            return
        engine = pushing_engine(sys._getframe(1)) or get_container_engine()
        with tempfile.TemporaryDirectory(prefix="zenml-pushgate-") as name:
            folder = Path(name)
            arguments, environment = self._what_to_ask(scope, folder)
            with image_source(
                engine, image_name, folder, self.config.timeout
            ) as source:
                for pushed, preface in pushed_names(engine, image_name):
                    report = self._pushgate.check(
                        pushed,
                        [*arguments, f"--from={source.argument}"],
                        {**environment, **source.environment},
                    )
                    self._require_approval(scope, report, preface)

    def _require_approval(
        self, scope: Report, report: Report, preface: str
    ) -> None:
        """Tells what pushgate says about an image.

        Args:
            scope: The report about the stack's URI.
            report: The report of the flavors.
            preface: What the text of an error begins with.

        Raises:
            PushgateError: If the image must not be pushed.
        """
        self._require_uri(scope, report)
        for message in report.messages:
            logger.info("pushgate: %s", message)
        for warning in report.warnings:
            logger.warning("pushgate: %s", warning)
        error = report.error(preface)
        if error is not None:
            raise error
        _require_asked(report)

    @property
    def _pushgate(self) -> Pushgate:
        config = self.config
        return Pushgate(config.executable, config.catalog, config.timeout)

    def _scope(self, image_name: str) -> Report:
        return self._pushgate.check(image_name, [f"--uri={self.config.uri}"])

    def _what_to_ask(
        self, scope: Report, folder: Path
    ) -> Tuple[List[str], Dict[str, str]]:
        """The arguments and the environment of the question.

        What may be long, or secret, goes through files in the folder.
        """
        config = self.config
        if config.registry is not None:
            arguments = [f"--registry={config.registry}"]
        else:
            arguments = [f"--uri={config.uri}"]
            arguments.append(f"--flavor={config.pushgate_flavor}")
            if config.settings is not None:
                path = folder / "settings.json"
                path.write_text(json.dumps(config.settings))
                arguments.append(f"--settings=@{path}")
            arguments += [f"--grant={grant}" for grant in config.grants or []]
            for binding in config.credentials or []:
                arguments.append(f"--credential={binding}")
            if config.transport is not None:
                arguments.append(f"--{config.transport}")
            if config.ca_file is not None:
                arguments.append(f"--ca-file={config.ca_file}")
        environment = {}
        credentials = self.credentials
        if credentials is not None and scope.uri is not None:
            path = folder / "auth.json"
            _write_auth_file(path, scope.uri, credentials)
            environment["REGISTRY_AUTH_FILE"] = str(path)
        return arguments, environment

    def _require_uri(self, scope: Report, report: Report) -> None:
        """Makes sure that pushgate's registry is the stack's.

        Args:
            scope: The report about the stack's URI.
            report: The report of the registry that was asked.

        Raises:
            PushgateConfigurationError: If their URIs differ.
        """
        if report.uri is not None and report.uri != scope.uri:
            raise PushgateConfigurationError(
                f"the container registry `{self.name}` of the stack has the "
                f"URI `{self.config.uri}`, and pushgate's registry "
                f"`{self.config.registry}` has `{report.uri}`: images would "
                "be checked for one and pushed to the other; set `uri` to "
                "that of the registry, or name another `registry`"
            )


def _builds_locally(stack: "Stack") -> Tuple[bool, str]:
    """Whether a stack's images are pushed by one of ZenML's engines."""
    builder = stack.image_builder
    if builder is None or builder.is_building_locally:
        return True, ""
    return False, (
        f"the image builder `{builder.name}` (flavor `{builder.flavor}`) "
        "pushes images by itself and never asks the container registry, so "
        "that pushgate would guard nothing. Use an image builder of the "
        "flavor `local` in this stack, or another container registry."
    )


def _without_digest(image_name: str) -> str:
    """The name of the repository, where an image is named by its digest.

    A check of the whole name compares the digest with the image, and whether
    the name lies inside a registry depends on its repository alone.
    """
    return image_name.partition("@")[0]


def _require_tag(image_name: str, scope: Report) -> None:
    """Refuses a name without a tag.

    docker-py pushes every tag of a repository whose tag is not named, and
    pushgate is asked about one.
    """
    _, _, tag = scope.image.rpartition(":")
    if "@" in image_name or not image_name.endswith(f":{tag}"):
        raise ImageOutsideRegistryError(
            f"image `{printable(image_name)}` has no tag, and every tag of "
            f"its repository would be pushed: name one, as in `{scope.image}`"
        )


def _require_asked(report: Report) -> None:
    """Refuses an approval in which not every flavor was asked."""
    for hook in report.document.get("hooks", []):
        if hook.get("verdict") not in ("approved", "warned"):
            raise PushgateUnusableError(
                f"pushgate accepted image `{report.image}` and says "
                f"`{hook.get('verdict')}` of the flavor "
                f"`{hook.get('flavor')}`, which contradict each other"
            )


def _write_auth_file(
    path: Path, uri: str, credentials: Tuple[str, str]
) -> None:
    """Writes credentials where pushgate reads them and nobody else can."""
    host, _, _ = uri.partition("/")
    auth = base64.b64encode(":".join(credentials).encode()).decode()
    document = json.dumps({"auths": {host: {"auth": auth}}})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(document)
