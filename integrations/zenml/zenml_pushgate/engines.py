"""Shows pushgate the very image that a container engine is about to push."""

import http.client
import os
import socket
import subprocess
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from docker.errors import DockerException
from zenml.container_engines.base import ContainerEngine
from zenml.container_engines.docker_engine import DockerContainerEngine
from zenml.container_engines.podman_engine import PodmanContainerEngine

from zenml_pushgate.command import printable
from zenml_pushgate.exceptions import (
    ImageUnreadableError,
    PushgateUnusableError,
)


@dataclass(frozen=True)
class ImageSource:
    """Where pushgate finds an image.

    Attributes:
        argument: What `--from` takes. By its ID, so that a name that two
            engines or two resolvers understand differently is one image.
        environment: The variables that lead to the engine.
    """

    argument: str
    environment: Dict[str, str]


@contextmanager
def image_source(
    engine: ContainerEngine, image_name: str, folder: Path, timeout: int
) -> Iterator[ImageSource]:
    """Finds an image in the engine that is about to push it.

    Args:
        engine: The engine.
        image_name: The image's name, as the engine will push it.
        folder: A folder of this user alone, for a socket.
        timeout: How many seconds the engine may take.

    Yields:
        Where pushgate finds the image while the context lasts.

    Raises:
        ImageUnreadableError: If the engine does not have the image.
        PushgateUnusableError: If the engine is none of ZenML's.
    """
    if isinstance(engine, DockerContainerEngine):
        try:
            image_id = str(engine.client.images.get(image_name).id)
        except DockerException as error:
            raise ImageUnreadableError(
                f"Docker cannot show image `{printable(image_name)}`: {error}"
            ) from error
        yield _from_engine(image_id, docker_host())
    elif isinstance(engine, PodmanContainerEngine):
        image_id = _podman_image_id(image_name, timeout)
        with _podman_socket(folder, timeout) as address:
            yield _from_engine(image_id, address)
    else:
        raise PushgateUnusableError(
            f"the container engine `{type(engine).__name__}` is neither "
            "ZenML's Docker engine nor its Podman engine, so that image "
            f"`{printable(image_name)}` cannot be shown to pushgate and is "
            "not pushed"
        )


def pushed_names(
    engine: ContainerEngine, image_name: str
) -> List[Tuple[str, str]]:
    """The names by which an engine pushes an image.

    ZenML's Podman engine pushes every image a second time, under a random tag
    by which it then knows it, and asks nobody about that one. So one of its
    form is asked about: a flavor that refuses it would be passed over.

    Args:
        engine: The engine.
        image_name: The name that it was given, with its tag.

    Returns:
        Each name, the given one first, with what an error about it begins
        with.
    """
    names = [(image_name, "")]
    if isinstance(engine, PodmanContainerEngine):
        repository, _, _ = image_name.rpartition(":")
        name = f"{repository}:{uuid.uuid4()}"
        preface = (
            "ZenML's Podman engine pushes the image under a random tag too, "
            f"such as `{printable(name)}`, and under that it may not be "
            "pushed (its Docker engine does not do that): "
        )
        names.append((name, preface))
    return names


def docker_host() -> str:
    """The address of the Docker Engine that ZenML pushes with.

    ZenML's client is docker-py, which knows `DOCKER_HOST` and the default
    socket, and no contexts; pushgate would ask Docker's contexts too.

    Returns:
        The address, as pushgate takes it.
    """
    address = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    return address.removeprefix("http+")


def _from_engine(image_id: str, address: str) -> ImageSource:
    image_id = f"sha256:{image_id.removeprefix('sha256:')}"
    return ImageSource(f"docker-daemon:{image_id}", {"DOCKER_HOST": address})


def _podman_image_id(image_name: str, timeout: int) -> str:
    command = ["podman", "image", "inspect", "--format", "{{.Id}}", "--"]
    try:
        ended = subprocess.run(
            [*command, image_name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or error
        raise ImageUnreadableError(
            f"podman cannot show image `{printable(image_name)}`: "
            f"{printable(str(said).strip())}"
        ) from error
    return ended.stdout.strip()


@contextmanager
def _podman_socket(folder: Path, timeout: int) -> Iterator[str]:
    """Lets podman answer on a socket that nobody else can reach.

    ZenML needs no socket of podman's, so there may be none.
    """
    path = folder / "podman.sock"
    address = f"unix://{path}"
    log = folder / "podman.log"
    with log.open("wb") as stderr:
        # The time without a question after which it ends by itself: nothing
        # stays if this process is killed.
        service = subprocess.Popen(
            ["podman", "system", "service", f"--time={timeout}", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        deadline = time.monotonic() + timeout
        while not _answers(path):
            if service.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace").strip()[-400:]
                raise PushgateUnusableError(
                    "`podman system service` does not answer, so that the "
                    "image cannot be shown to pushgate and is not pushed: "
                    f"{printable(said) or 'it says nothing'}"
                )
            time.sleep(0.02)
        yield address
    finally:
        service.terminate()
        try:
            service.wait(5)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()


def _answers(path: Path) -> bool:
    connection = http.client.HTTPConnection("podman", timeout=1)
    try:
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(1)
            stream.connect(str(path))
            connection.sock = stream
            connection.request("GET", "/_ping")
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
