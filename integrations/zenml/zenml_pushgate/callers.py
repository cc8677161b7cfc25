"""Who asks a container registry whether an image's name is valid for it.

ZenML's container engines ask before they push, and where the answer is no they
skip the registry's hook and push all the same. Others only want to know, and
no is the right answer for them. The question itself does not say who asks, so
the caller's frame has to.
"""

from types import FrameType
from typing import Optional

from zenml.container_engines.base import ContainerEngine

ONLY_ASK = frozenset(
    {
        # Is the parent image in the stack's registry, so that logging in
        # there helps to find its digest?
        ("zenml.container_engines.docker_engine", "get_image_repo_digest"),
        # Is the image in the stack's registry, so that Modal is given its
        # credentials?
        (
            "zenml.integrations.modal.sandboxes.modal_sandbox",
            "_registry_credentials",
        ),
    }
)
"""The functions of ZenML that ask and never push: module and name."""


def only_asks(caller: Optional[FrameType]) -> bool:
    """Whether a caller is known to ask without pushing.

    Args:
        caller: The frame that asks.

    Returns:
        `True` if it is one of `ONLY_ASK`, `False` for everybody else.
    """
    if caller is None:
        return False
    module = caller.f_globals.get("__name__")
    return (module, caller.f_code.co_name) in ONLY_ASK


def pushing_engine(caller: Optional[FrameType]) -> Optional[ContainerEngine]:
    """The container engine that is about to push.

    Args:
        caller: The frame that prepares the push.

    Returns:
        The nearest engine whose method is running, or `None` where there is
        none.
    """
    while caller is not None:
        owner = caller.f_locals.get("self")
        if isinstance(owner, ContainerEngine):
            return owner
        caller = caller.f_back
    return None
