// Command {{ name }} is a pushgate flavor: it says which images may be pushed.
package main

import (
{% if settings %}
	_ "embed"
	"fmt"
	"slices"

{% elif registry %}
	"fmt"

{% endif %}
	"pushgate/flavor"
{% if http %}
	"pushgate/flavor/http"
{% endif %}
{% if registry %}
	"pushgate/flavor/registry"
{% endif %}
{% if settings %}
	"pushgate/flavor/schema"
{% endif %}
)
{% if settings %}

//go:embed settings.schema.json
var settingsSchema string

type settings struct {
	Tags []string `json:"tags"`
}

func init() {
	flavor.Register(prepare)
	schema.Register(settingsSchema)
}
{% else %}

func init() { flavor.Register(prepare) }
{% endif %}

func main() {}

func prepare(push *flavor.Push) error {
{% if settings %}
	settings := settings{Tags: []string{"latest"}}
	if err := push.Settings(&settings); err != nil {
		return err
	}
{% endif %}
	tag := push.Tag()
{% if settings %}
	if tag != "" && slices.Contains(settings.Tags, tag) {
		return flavor.Deny("tag.forbidden", fmt.Sprintf("the tag `%s` is forbidden", tag),
			flavor.Hint("push a tag that names the version"), flavor.Detail("tag", tag))
	}
{% else %}
	if tag == "latest" {
		return flavor.Deny("tag.forbidden", "the tag `latest` is forbidden",
			flavor.Hint("push a tag that names the version"), flavor.Detail("tag", tag))
	}
{% endif %}
{% if registry %}

	if tag != "" {
		digest, err := registry.ManifestDigest(push.Repository(), tag)
		if err != nil {
			return err // refuses the push as unavailable
		}
		if digest != "" {
			return flavor.Deny("tag.exists", fmt.Sprintf("the tag `%s` exists already", tag),
				flavor.Hint("push a new tag"), flavor.Detail("digest", digest))
		}
	}
{% endif %}
{% if http %}

	page, err := http.Get("https://status.example.com/freeze")
	if err != nil {
		return flavor.Unavailablef("the status page could not be asked: %w", err)
	}
	if page.Status != 200 {
		return flavor.Unavailablef("the status page answered %d", page.Status)
	}
	if page.Text() == "frozen" {
		return flavor.Deny("push.frozen", "pushes are frozen", flavor.Hint("try again when the freeze is over"))
	}
{% endif %}

	return nil
}
