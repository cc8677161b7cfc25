package main

import (
	"testing"

	"pushgate/flavor"
	"pushgate/flavor/flavortest"
{% if http %}
	"pushgate/flavor/http"
{% endif %}
)
{% if http %}

// serve answers with the text of the status page.
func serve(text string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{Status: 200, Body: []byte(text)}, nil
	}
}
{% endif %}

func TestPrepare(t *testing.T) {
	for name, test := range map[string]struct {
		push flavortest.Push
		code string // of the violation; empty when the push may go on
	}{
		"latest is forbidden": {
			flavortest.Push{Tag: "latest"}, "tag.forbidden",
		},
{% if settings %}
		"the settings say what is forbidden": {
			flavortest.Push{Tag: "dev", Settings: settings{Tags: []string{"dev"}}}, "tag.forbidden",
		},
{% endif %}
{% if registry %}
		"a tag is pushed once": {
			flavortest.Push{Tag: "v1", Contents: flavortest.Registry{"team/app": {"v1": "sha256:0"}}}, "tag.exists",
		},
{% endif %}
{% if http %}
		"nothing is pushed in a freeze": {
			flavortest.Push{Tag: "v1", Serve: serve("frozen")}, "push.frozen",
		},
{% endif %}
		"a version goes on": {
			flavortest.Push{Tag: "v1"{% if http %}, Serve: serve("open"){% endif %}}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			answer := flavortest.Ask(t, prepare, test.push)
			switch {
			case test.code == "" && answer.Verdict == flavor.Approved:
			case test.code != "" && answer.Verdict == flavor.Denied && answer.Violations[0].Code == test.code:
			default:
				t.Errorf("got %v", answer)
			}
		})
	}
}
