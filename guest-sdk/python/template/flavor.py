"""Says which images may be pushed."""

{% if http %}
from pushgate_flavor import APPROVED, Approval, Push, Unavailable, deny
from pushgate_flavor.http import HttpError, get
{% else %}
from pushgate_flavor import APPROVED, Approval, Push, deny
{% endif %}
{% if registry %}
from pushgate_flavor.registry import manifest_digest
{% endif %}


def prepare(push: Push) -> Approval:
{% if settings %}
    if push.tag and push.tag in push.settings.get("tags", ["latest"]):
        raise deny("tag.forbidden", f"the tag `{push.tag}` is forbidden", "push a tag that names the version", {"tag": push.tag})
{% else %}
    if push.tag == "latest":
        raise deny("tag.forbidden", "the tag `latest` is forbidden", "push a tag that names the version", {"tag": push.tag})
{% endif %}
{% if registry %}

    # Without an answer it raises a QueryError, which refuses the push as unavailable.
    if push.tag and (digest := manifest_digest(push.repository, push.tag)):
        raise deny("tag.exists", f"the tag `{push.tag}` exists already", "push a new tag", {"digest": digest})
{% endif %}
{% if http %}

    try:
        page = get("https://status.example.com/freeze")
    except HttpError as error:
        raise Unavailable(f"the status page could not be asked: {error}") from error
    if page.status != 200:
        raise Unavailable(f"the status page answered {page.status}")
    if page.text == "frozen":
        raise deny("push.frozen", "pushes are frozen", "try again when the freeze is over")
{% endif %}

    return APPROVED
