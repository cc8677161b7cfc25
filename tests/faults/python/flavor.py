"""Does what a flavor must not do: what the tag says."""

import random
from datetime import datetime, timezone

import forgotten
import lacking
from pushgate_flavor import APPROVED, Approval, Push, deny


def prepare(push: Push) -> Approval:
    match push.tag:
        case "throw":
            raise ValueError("the tag is odd")
        case "return-refusal":
            return deny("tag.odd", "returned")  # type: ignore[return-value]
        case "return-nothing":
            return None  # type: ignore[return-value]
        case "return-true":
            return True  # type: ignore[return-value]
        case "async":
            return later()  # type: ignore[return-value]
        case "late-import":
            import colorsys

            colorsys.rgb_to_hsv(0, 0, 0)
        case "print":
            print("printed by the flavor")
        case "clock":
            raise deny("clock", f"{datetime.now(timezone.utc).timestamp():.0f}")
        case "random":
            raise deny("random", str(random.random()))
        case "unknown-in-python":
            return push.tags  # type: ignore[attr-defined, no-any-return]  # unknown-in-python
        case "unknown-of-config-in-python":
            if any(image.config.get("Env") for image in push.images()):  # unknown-of-config-in-python
                raise deny("env", "the image has variables")
        case "known-to-all":
            print(push, [(image, image.labels, image.config, image.config["config"].get("Env")) for image in push.images()])
        case str(tag) if tag in forgotten.HOW:
            return forgotten.HOW[tag](push)
        case str(tag) if tag in lacking.WHAT:
            lacking.WHAT[tag]()
    return APPROVED


async def later() -> Approval:
    return APPROVED
