"""Makes refusals, and forgets them."""

import contextlib
from collections.abc import AsyncIterator, Callable, Generator, Iterator

from pushgate_flavor import APPROVED, Approval, Denied, Misconfigured, Other, Push, Unavailable, Violation, deny

KEPT: list[object] = []


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
    raise deny("tag.early", "given")


def collected(push: Push) -> Approval:
    found = [Violation("tag.odd", "collected")]  # forgotten-violation
    return APPROVED if found else APPROVED


def dropped_and_raised(push: Push) -> Approval:
    refusal = deny("tag.odd", "dropped")  # forgotten-after-drop
    refusal.drop()
    with contextlib.suppress(Denied):
        raise refusal
    return APPROVED


def check_each(push: Push) -> Generator[Denied]:  # forgotten-lazily-generator
    yield deny("tag.odd", "never made")


def generator(push: Push) -> Approval:
    problems = check_each(push)
    return APPROVED if problems else APPROVED


def expression(push: Push) -> Approval:
    (Violation("tag.odd", "never made") for _ in [1])  # forgotten-lazily-expression
    return APPROVED


def mapped(push: Push) -> Approval:
    map(lambda tag: deny("tag.odd", tag), ["never made"])  # forgotten-lazily-map
    return APPROVED


@contextlib.contextmanager  # forgotten-lazily-context
def inside(push: Push) -> Iterator[None]:
    if push.tag:
        raise deny("tag.odd", "never made")
    yield


def not_entered(push: Push) -> Approval:
    inside(push)
    return APPROVED


def kept(push: Push) -> Approval:
    KEPT.append(check_behind(push))
    return APPROVED


async def check_behind(push: Push) -> None:  # forgotten-async-kept
    raise deny("tag.odd", "never made")


def in_a_circle(push: Push) -> Approval:
    circle: dict[str, object] = {"check": check_around(push)}
    circle["circle"] = circle
    return APPROVED


async def check_around(push: Push) -> None:  # forgotten-async-circle
    raise deny("tag.odd", "never made")


def never_iterated(push: Push) -> Approval:
    check_elements(push)
    return APPROVED


async def check_elements(push: Push) -> AsyncIterator[Denied]:  # forgotten-async-generator
    yield deny("tag.odd", "never made")


def run_lazily(push: Push) -> Approval:
    numbers = [*map(int, "12"), *(number for number in [3]), *filter(None, [0, 4])]
    check_each(push).close()
    with contextlib.suppress(StopIteration), outside(push):
        return APPROVED if numbers == [1, 2, 3, 4] else at_once(push)
    return APPROVED


@contextlib.contextmanager
def outside(push: Push) -> Iterator[None]:
    yield


HOW: dict[str, Callable[[Push], Approval]] = {
    "forgotten": at_once,
    "forgotten-in-helper": in_a_helper,
    "forgotten-misconfigured": misconfigured,
    "forgotten-unavailable": unavailable,
    "forgotten-swallowed": swallowed,
    "forgotten-finally": left_by_return,
    "forgotten-async": never_awaited,
    "forgotten-violation": collected,
    "forgotten-after-drop": dropped_and_raised,
    "forgotten-lazily-generator": generator,
    "forgotten-lazily-expression": expression,
    "forgotten-lazily-map": mapped,
    "forgotten-lazily-context": not_entered,
    "forgotten-async-kept": kept,
    "forgotten-async-circle": in_a_circle,
    "forgotten-async-generator": never_iterated,
    "run-lazily": run_lazily,
    "dropped": dropped,
    "another-given": another_given,
}
"""What each tag does."""
