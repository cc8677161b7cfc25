"""The conformance flavor in Python. What it does is said in ../README.md."""

from collections.abc import Callable, Iterator
from typing import Any

from pushgate_flavor import (
    APPROVED,
    Approval,
    Denied,
    Image,
    InspectError,
    Misconfigured,
    Other,
    Push,
    Unavailable,
    Violation,
    log,
)
from pushgate_flavor.http import HttpError, send
from pushgate_flavor.registry import QueryError, manifest_digest, repository_exists, tags

REFUSALS = {"misconfigured": Misconfigured, "unavailable": Unavailable, "other": Other}


def prepare(push: Push) -> Approval:
    settings = push.settings
    if settings.get("log"):
        for say in (log.trace, log.debug, log.info, log.warning, log.error):
            say("warn" if say is log.warning else say.__name__)
    if "warn" in settings:
        log.warning(settings["warn"])
    if "refuse" in settings:
        raise REFUSALS[settings["refuse"]]("as the settings ask")
    if violations := list(violations_of(push, settings)):
        raise Denied(violations)
    return APPROVED


def violations_of(push: Push, settings: dict[str, Any]) -> Iterator[Violation]:
    if settings.get("report"):
        yield Violation("report", "what the flavor sees", details=report(push))
    if "labels" in settings:
        yield from missing_labels(push, settings["labels"])
    if "registry" in settings:
        yield ask_registry(push, settings["registry"])
    if "http" in settings:
        yield send_request(settings["http"])


def report(push: Push) -> dict[str, str]:
    details = {
        "reference": push.reference,
        "registry": push.registry,
        "repository": push.repository,
        "tag": "none" if push.tag is None else push.tag,
        "registry-uri": push.registry_uri,
        "settings": ",".join(sorted(push.settings)),
        "requested-at": str(push.requested_at),
        "dry-run": text_of(push.dry_run),
    }
    try:
        details["digest"] = push.digest() or "unknown"
    except InspectError as error:
        details["digest"] = str(error)
    try:
        images = push.images()
    except InspectError as error:
        return {**details, "images": str(error)}
    details["images"] = str(len(images))
    for number, image in enumerate(images):
        details |= {f"image.{number}.{name}": value for name, value in report_image(image).items()}
    return details


def report_image(image: Image) -> dict[str, str]:
    config = image.config
    execution = config["config"]
    return {
        "platform": image.platform,
        "labels": pairs(image.labels),
        "architecture": config["architecture"],
        "os": config["os"],
        "user": execution.get("User", ""),
        "environment": ";".join(execution.get("Env", [])),
        "command": " ".join(execution.get("Entrypoint", []) + execution.get("Cmd", [])),
        "ports": ";".join(sorted(execution.get("ExposedPorts", {}))),
        "layers": str(len(config["rootfs"]["diff_ids"])),
        "compressed-size": size(image.compressed_size),
        "uncompressed-size": size(image.uncompressed_size),
        "annotations": pairs(image.annotations),
    }


def pairs(values: dict[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in values.items())


def size(known: int | None) -> str:
    return "unknown" if known is None else str(known)


def missing_labels(push: Push, labels: list[str]) -> Iterator[Violation]:
    try:
        images = push.images()
    except InspectError as error:
        raise Unavailable(f"the images could not be looked at: {error}") from error
    for image in images:
        for label in labels:
            if not image.labels.get(label):
                yield Violation(
                    "label.missing",
                    f"the image for {image.platform} has no label `{label}`",
                    f"add it: LABEL {label}=...",
                    {"platform": image.platform, "label": label},
                )


def ask_registry(push: Push, settings: dict[str, Any]) -> Violation:
    repository = settings.get("repository", push.repository)
    tag = settings.get("tag", push.tag or "")

    def answer(ask: Callable[[], object]) -> str:
        try:
            return text_of(ask())
        except QueryError as error:
            return str(error)

    details = {
        "exists": answer(lambda: repository_exists(repository)),
        "tags": answer(lambda: ",".join(tags(repository, settings.get("after"), settings.get("limit", 100)))),
        "digest": answer(lambda: manifest_digest(repository, tag)),
    }
    return Violation("registry", "what the registry answers", f"asked for {repository}", details)


def send_request(settings: dict[str, Any]) -> Violation:
    method, url = settings.get("method", "GET"), settings["url"]
    try:
        response = send(method, url, sorted(settings.get("headers", {}).items()), settings.get("body", ""))
    except HttpError as error:
        details = {"error": str(error)}
    else:
        details = {"status": str(response.status)}
        for name, value in response.headers:
            details.setdefault(f"header.{name}", value)
        details["body"] = response.text
    return Violation("http", "what the server answers", f"sent {method} {url}", details)


def text_of(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
