// Says which images may be pushed.

{% if http %}
import { type Approval, type Push, Unavailable, approved, deny } from 'pushgate-flavor';
import { HttpError, get } from 'pushgate-flavor/http';
{% else %}
import { type Approval, type Push, approved, deny } from 'pushgate-flavor';
{% endif %}
{% if registry %}
import { manifestDigest } from 'pushgate-flavor/registry';
{% endif %}

{% if settings %}
/** What settings.schema.json describes. */
interface Settings {
  tags?: string[];
}

export function prepare(push: Push<Settings>): Approval {
{% else %}
export function prepare(push: Push): Approval {
{% endif %}
{% if settings %}
  const { tags = ['latest'] } = push.settings;
  if (push.tag && tags.includes(push.tag)) {
    throw deny('tag.forbidden', `the tag \`${push.tag}\` is forbidden`, 'push a tag that names the version', { tag: push.tag });
  }
{% else %}
  if (push.tag === 'latest') {
    throw deny('tag.forbidden', 'the tag `latest` is forbidden', 'push a tag that names the version', { tag: push.tag });
  }
{% endif %}
{% if registry %}

  // Without an answer it throws a QueryError, which refuses the push as unavailable.
  const digest = push.tag && manifestDigest(push.repository, push.tag);
  if (digest) {
    throw deny('tag.exists', `the tag \`${push.tag}\` exists already`, 'push a new tag', { digest });
  }
{% endif %}
{% if http %}

  if (status() === 'frozen') {
    throw deny('push.frozen', 'pushes are frozen', 'try again when the freeze is over');
  }
{% endif %}

  return approved;
}
{% if http %}

function status(): string {
  try {
    const page = get('https://status.example.com/freeze');
    if (page.status === 200) return page.text();
    throw new Unavailable(`the status page answered ${page.status}`);
  } catch (error) {
    if (error instanceof HttpError) throw new Unavailable(`the status page could not be asked: ${error.message}`);
    throw error;
  }
}
{% endif %}
