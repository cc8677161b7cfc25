//go:build !wasip1

// Package flavortest asks a hook about a push that a test describes, without a component: in `go test`.
//
//	func TestLatestIsForbidden(t *testing.T) {
//		answer := flavortest.Ask(t, prepare, flavortest.Push{Tag: "latest"})
//		if answer.Verdict != flavor.Denied {
//			t.Errorf("got %v", answer)
//		}
//	}
package flavortest

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"pushgate/flavor"
	"pushgate/flavor/http"
	"pushgate/flavor/internal/double"
	"pushgate/flavor/internal/goroutines"
	"pushgate/flavor/internal/made"
	"pushgate/flavor/log"
)

// Push is a push to ask a hook about. The zero value is one of `registry.example.com/team/app` by digest, without
// images.
type Push struct {
	// Registry is the registry's host; `registry.example.com` when empty.
	Registry string
	// Repository is the path of the repository; `team/app` when empty.
	Repository string
	// Tag is the tag; empty for a push by digest only.
	Tag string
	// RegistryURI is what the registry was registered with; its host when empty.
	RegistryURI string
	// Settings is a value that makes a JSON object, for example a map; `{}` when nil.
	Settings any
	// RequestedAt is in seconds since 1970-01-01 UTC.
	RequestedAt uint64
	// DryRun says that nothing will be pushed.
	DryRun bool
	// Images are the images. Without any, asking for them is an error.
	Images []Image
	// ImagesError is that error; `not-found` when nil.
	ImagesError *flavor.InspectError
	// Digest is what the tag points to after the push; empty when nobody can tell.
	Digest string
	// Contents is what the registry holds, for package registry.
	Contents Registry
	// RegistryError is what package registry answers instead, if it is not nil.
	RegistryError error
	// Serve answers the requests of package http. Nil answers none.
	Serve func(*http.Request) (*http.Response, error)
}

// Image is one image of a push.
type Image struct {
	// Platform is `os/architecture[/variant]`; `linux/amd64` when empty.
	Platform string
	// Labels are the labels of its config.
	Labels map[string]string
	// Config is the image config; the labels and the platform are put into it.
	Config flavor.ImageConfig
	// CompressedSize and UncompressedSize are bytes; nobody can tell one that is 0.
	CompressedSize, UncompressedSize uint64
	// Annotations are those of its manifest.
	Annotations map[string]string
}

// Registry is what a registry holds: of each repository, the tags with their digests.
type Registry map[string]map[string]string

// Message is a message that the hook logged.
type Message struct {
	Level log.Level
	Text  string
}

// Answer is what a hook answered, and what it logged before.
type Answer struct {
	flavor.Answer
	Log []Message
}

// asking lets one hook at a time be asked: what it asks the host for is the same for all.
var asking sync.Mutex

// Ask calls the hook. Tests may do so in parallel. A hook that approves after it made a refusal that it did not return, or
// while a goroutine that it started has not ended, has failed, as it does in a component.
func Ask(t testing.TB, hook flavor.Hook, push Push) Answer {
	t.Helper()
	described, err := describe(push)
	if err != nil {
		t.Fatal(err)
	}
	asking.Lock()
	defer asking.Unlock()

	var answer Answer
	defer replace(&double.Log, func(level, message string) {
		answer.Log = append(answer.Log, Message{log.Level(level), message})
	})()
	contents := push.Contents
	failing := push.RegistryError
	defer replace(&double.RepositoryExists, func(repository string) (bool, error) {
		_, exists := contents[repository]
		return exists && failing == nil, failing
	})()
	defer replace(&double.Tags, func(repository, after string, limit uint32) ([]string, error) {
		if failing != nil {
			return nil, failing
		}
		return contents.tags(repository, after, limit), nil
	})()
	defer replace(&double.ManifestDigest, func(repository, tag string) (string, error) {
		if failing != nil {
			return "", failing
		}
		return contents[repository][tag], nil
	})()
	defer replace(&double.Send, func(request any) (any, error) {
		if push.Serve == nil {
			return nil, &http.Error{Case: "not-granted", Text: "the test's push says nothing in Serve"}
		}
		return push.Serve(request.(*http.Request))
	})()
	defer goroutines.Mark()()
	early := made.Begin()
	answer.Answer = flavor.AnswerOf(hook(flavor.NewPush(described)))
	if answer.Verdict == flavor.Approved {
		left := goroutines.Left(0, "")
		answer.fail(cmp.Or(made.Forgotten(), left))
	}
	answer.fail(early)
	return answer
}

// fail makes it a failure, where there is a reason.
func (answer *Answer) fail(reason string) {
	if reason != "" {
		answer.Answer = flavor.Answer{Verdict: flavor.Failed, Message: reason}
	}
}

// replace sets a variable, and gives what sets it back.
func replace[T any](variable *T, value T) (restore func()) {
	old := *variable
	*variable = value
	return func() { *variable = old }
}

// String is the answer in a line, for the message of a test that fails.
func (answer Answer) String() string {
	parts := []string{string(answer.Verdict)}
	if answer.Message != "" {
		parts = append(parts, answer.Message)
	}
	for _, violation := range answer.Violations {
		parts = append(parts, violation.Code+": "+violation.Message)
	}
	return strings.Join(parts, "; ")
}

// describe is the push as a host gives it.
func describe(push Push) (described, error) {
	if push.Registry == "" {
		push.Registry = "registry.example.com"
	}
	if push.Repository == "" {
		push.Repository = "team/app"
	}
	if push.RegistryURI == "" {
		push.RegistryURI = push.Registry
	}
	if push.ImagesError == nil {
		push.ImagesError = &flavor.InspectError{Case: "not-found"}
	}
	settings := []byte("{}")
	if push.Settings != nil {
		text, err := json.Marshal(push.Settings)
		if err != nil {
			return described{}, errors.Join(errors.New("the settings of the test's push are no JSON"), err)
		}
		settings = text
	}
	return described{push, string(settings)}, nil
}
