"""Does what a flavor must not do: what the tag says."""

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
    return APPROVED


async def later() -> Approval:
    return APPROVED
