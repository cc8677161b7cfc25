"""Makes refusals, and forgets them."""

from collections.abc import Callable

from pushgate_flavor import APPROVED, Approval, Denied, Misconfigured, Other, Push, Unavailable, deny

EARLY = deny("tag.early", "made while the component was built")


def at_once(push: Push) -> Approval:
    deny("tag.odd", "forgotten")  # forgotten
    return APPROVED


def in_a_helper(push: Push) -> Approval:
    check(push)
    return APPROVED


def check(push: Push) -> Denied:
    return deny("tag.odd", f"the tag `{push.tag}` is odd")  # forgotten-in-helper


def misconfigured(push: Push) -> Approval:
    Misconfigured("forgotten")  # forgotten-misconfigured
    return APPROVED


def unavailable(push: Push) -> Approval:
    Unavailable("forgotten")  # forgotten-unavailable
    return APPROVED


def swallowed(push: Push) -> Approval:
    try:
        raise deny("tag.odd", "swallowed")  # forgotten-swallowed
    except Exception:
        pass
    return APPROVED


def left_by_return(push: Push) -> Approval:
    try:
        raise Other("left")  # forgotten-finally
    finally:
        return APPROVED  # noqa: B012


def never_awaited(push: Push) -> Approval:
    check_later()  # type: ignore[unused-coroutine]
    return APPROVED


async def check_later() -> None:  # forgotten-async
    raise deny("tag.odd", "never made")


def dropped(push: Push) -> Approval:
    try:
        raise check(push)
    except Denied as refusal:
        refusal.drop()
    return APPROVED


def another_given(push: Push) -> Approval:
    deny("tag.odd", "forgotten")
    raise EARLY


HOW: dict[str, Callable[[Push], Approval]] = {
    "forgotten": at_once,
    "forgotten-in-helper": in_a_helper,
    "forgotten-misconfigured": misconfigured,
    "forgotten-unavailable": unavailable,
    "forgotten-swallowed": swallowed,
    "forgotten-finally": left_by_return,
    "forgotten-async": never_awaited,
    "dropped": dropped,
    "another-given": another_given,
}
"""What each tag does."""
