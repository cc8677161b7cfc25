"""Write a pushgate flavor: a hook that is asked before a container image is pushed.

A flavor is a module ``flavor.py`` with a function ``prepare``::

    from pushgate_flavor import APPROVED, Approval, Push, deny

    def prepare(push: Push) -> Approval:
        if push.tag == "latest":
            raise deny("tag.forbidden", "the tag `latest` is forbidden", hint="push a tag that names the version")
        return APPROVED

``python -m pushgate_flavor build`` makes a component of it. A push is approved by returning :data:`APPROVED` and by nothing else; it is refused by
raising a :class:`Refusal`. Any other exception, and any other answer, is the flavor's failure, and nothing is pushed.

:mod:`pushgate_flavor.log` says something to people; :mod:`pushgate_flavor.registry` and :mod:`pushgate_flavor.http` are capabilities, for a world that
imports them; :mod:`pushgate_flavor.testing` makes pushes for unit tests.
"""

from ._config import ExecutionConfig, Healthcheck, ImageConfig, RootFilesystem
from ._push import Image, InspectError, Push
from ._refusal import APPROVED, Approval, Denied, Misconfigured, Other, Refusal, Unavailable, Violation, deny

__all__ = [
    "APPROVED",
    "Approval",
    "Denied",
    "ExecutionConfig",
    "Healthcheck",
    "Image",
    "ImageConfig",
    "InspectError",
    "Misconfigured",
    "Other",
    "Push",
    "Refusal",
    "RootFilesystem",
    "Unavailable",
    "Violation",
    "deny",
]
