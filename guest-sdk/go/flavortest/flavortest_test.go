package flavortest_test

import (
	"errors"
	"fmt"
	"testing"

	"pushgate/flavor"
	"pushgate/flavor/flavortest"
	"pushgate/flavor/http"
	"pushgate/flavor/log"
	"pushgate/flavor/registry"
)

func TestAPushIsAsDescribed(t *testing.T) {
	hook := func(push *flavor.Push) error {
		var settings struct {
			Tags []string `json:"tags"`
		}
		if err := push.Settings(&settings); err != nil {
			return err
		}
		images, err := push.Images()
		if err != nil {
			return err
		}
		config, err := images[1].Config()
		if err != nil {
			return err
		}
		log.Warnf("%s", push.Reference())
		return flavor.Otherf("%s %s %s %s %v %v %s %s %v %s", push.Registry(), push.RegistryURI(), push.Repository(), push.Tag(),
			push.RequestedAt().Year(), push.DryRun(), settings.Tags, images[0].Platform(), images[1].Labels(), config.Variant+config.Config.User)
	}
	answer := flavortest.Ask(t, hook, flavortest.Push{
		Tag:         "v1",
		Settings:    map[string]any{"tags": []string{"dev"}},
		RequestedAt: 1767225600,
		DryRun:      true,
		Images: []flavortest.Image{{}, {
			Platform: "linux/arm64/v8",
			Labels:   map[string]string{"a": "b"},
			Config:   flavor.ImageConfig{Config: flavor.ExecutionConfig{User: "1000"}},
		}},
	})
	expected := "other; registry.example.com registry.example.com team/app v1 2026 true [dev] linux/amd64 map[a:b] v81000"
	if answer.String() != expected {
		t.Errorf("got %v", answer)
	}
	if fmt.Sprint(answer.Log) != "[{warn registry.example.com/team/app:v1}]" {
		t.Errorf("got %v", answer.Log)
	}
}

func TestDigestAndAnnotationsAreThoseThatAreDescribed(t *testing.T) {
	hook := func(push *flavor.Push) error {
		digest, err := push.Digest()
		if err != nil {
			return err
		}
		images, err := push.Images()
		if err != nil {
			return flavor.Otherf("%q %v", digest, err)
		}
		return flavor.Otherf("%q %v", digest, images[0].Annotations())
	}
	described := flavortest.Push{Digest: "sha256:00", Images: []flavortest.Image{{Annotations: map[string]string{"a": "1"}}}}
	for _, test := range []struct {
		push     flavortest.Push
		expected string
	}{
		{described, `other; "sha256:00" map[a:1]`},
		{flavortest.Push{}, `other; "" not-found`},
		{flavortest.Push{ImagesError: &flavor.InspectError{Case: "unavailable", Text: "gone"}}, "unavailable; the images cannot be read: gone"},
	} {
		if answer := flavortest.Ask(t, hook, test.push); answer.String() != test.expected {
			t.Errorf("got %v", answer)
		}
	}
}

func TestSizesAreKnownWhereTheyAreDescribed(t *testing.T) {
	hook := func(push *flavor.Push) error {
		images, err := push.Images()
		if err != nil {
			return err
		}
		compressed, compressedKnown := images[0].CompressedSize()
		uncompressed, uncompressedKnown := images[0].UncompressedSize()
		return flavor.Otherf("%d %v %d %v", compressed, compressedKnown, uncompressed, uncompressedKnown)
	}
	answer := flavortest.Ask(t, hook, flavortest.Push{Images: []flavortest.Image{{CompressedSize: 1 << 40}}})
	if answer.String() != "other; 1099511627776 true 0 false" {
		t.Errorf("got %v", answer)
	}
}

func TestSettingsThatDoNotFitAreMisconfigured(t *testing.T) {
	for settings, expected := range map[string]string{
		`{"tags":"latest"}`: "misconfigured; tags: a value of the type string does not fit",
		`{"tag":[]}`:        `misconfigured; unknown field "tag"`,
		`[]`:                "misconfigured; a value of the type array does not fit",
	} {
		answer := flavortest.Ask(t, func(push *flavor.Push) error {
			var settings struct {
				Tags []string `json:"tags"`
			}
			return push.Settings(&settings)
		}, flavortest.Push{Settings: text(settings)})
		if answer.String() != expected {
			t.Errorf("%s: got %v", settings, answer)
		}
	}
}

// text is JSON already.
type text string

func (text text) MarshalJSON() ([]byte, error) { return []byte(text), nil }

func TestCapabilitiesAnswerWhatTheTestSays(t *testing.T) {
	hook := func(push *flavor.Push) error {
		exists, existsErr := registry.RepositoryExists("team/app")
		page, tagsErr := registry.Tags("team/app", "a", 2)
		digest, digestErr := registry.ManifestDigest("team/app", "none")
		response, sendErr := http.Get("https://example.com", http.Header{Name: "accept", Value: "text/plain"})
		if err := errors.Join(existsErr, tagsErr, digestErr, sendErr); err != nil {
			return err
		}
		return flavor.Otherf("%v %v %q %d %s", exists, page, digest, response.Status, response.Header("X"))
	}
	push := flavortest.Push{
		Contents: flavortest.Registry{"team/app": {"a": "", "b": "", "d": "", "c": ""}},
		Serve: func(request *http.Request) (*http.Response, error) {
			return &http.Response{Status: 200, Headers: []http.Header{{Name: "x", Value: request.Method + request.Headers[0].Name}}}, nil
		},
	}
	if answer := flavortest.Ask(t, hook, push); answer.String() != `other; true [b c] "" 200 GETaccept` {
		t.Errorf("got %v", answer)
	}
	push.Serve = nil
	push.RegistryError = &registry.QueryError{Case: "not-granted"}
	expected := "unavailable; not-granted\nnot-granted\nnot-granted\nnot-granted: the test's push says nothing in Serve"
	if answer := flavortest.Ask(t, hook, push); answer.String() != expected {
		t.Errorf("got %v", answer)
	}
}
