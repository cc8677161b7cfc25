package flavor

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"pushgate/flavor/internal/host"
)

// Push is a push whose reference is already proven to lie inside the registry's URI.
type Push struct{ host host.Push }

// NewPush is for package flavortest: a hook is handed its push.
func NewPush(of host.Push) *Push { return &Push{of} }

// Reference is the whole canonical reference: `registry/repository:tag`, or `registry/repository@digest` without a tag.
func (push *Push) Reference() string { return push.host.Reference() }

// Registry is the registry's host, with its port if it has one: `registry.example.com:5000`.
func (push *Push) Registry() string { return push.host.Registry() }

// Repository is the repository with its whole path: `team/app`.
func (push *Push) Repository() string { return push.host.Repository() }

// Tag is the tag; empty when the image is pushed by digest only.
func (push *Push) Tag() string { return push.host.Tag() }

// RegistryURI is the canonical URI that the registry was registered with: `registry.example.com/team`.
func (push *Push) RegistryURI() string { return push.host.RegistryURI() }

// RequestedAt is when the push was asked for, to the second, in UTC. It is the only clock that a flavor has: time.Now
// shows the same time.
func (push *Push) RequestedAt() time.Time {
	return time.Unix(int64(push.host.RequestedAt()), 0).UTC()
}

// DryRun says whether nothing will be pushed whatever the answer is. The flavor must then change nothing either.
func (push *Push) DryRun() bool { return push.host.DryRun() }

// Settings reads the settings that this registry gives the flavor into the struct, or the map, that into points to.
// What into holds already are the defaults.
//
// A setting that into has no field for, or of another type, is an error, which refuses the push as misconfigured when
// the hook returns it.
func (push *Push) Settings(into any) error {
	decoder := json.NewDecoder(strings.NewReader(push.host.Settings()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return Misconfiguredf("%s", decodingProblem(err))
	}
	return nil
}

// Images gives every image of the push in the order of its index: one for each platform, never none.
//
// The host reads the source on the first call, so a hook that can decide without the images should not ask. The error
// is an [*InspectError].
func (push *Push) Images() ([]*Image, error) {
	found, failure := push.host.Images()
	if failure != nil {
		return nil, &InspectError{Case: failure.Case, Text: failure.Text}
	}
	images := make([]*Image, len(found))
	for index, image := range found {
		images[index] = &Image{image}
	}
	return images, nil
}

// Digest is the digest that the tag points to after the push: of the manifest that is pushed, or of the index. It is
// empty where the manifest is made only in the push, as that of the Docker Engine's images is.
//
// The host reads the source on the first call. The error is an [*InspectError].
func (push *Push) Digest() (string, error) {
	digest, failure := push.host.Digest()
	if failure != nil {
		return "", &InspectError{Case: failure.Case, Text: failure.Text}
	}
	return digest, nil
}

// decodingProblem says in the words of JSON, not of Go, what does not fit.
func decodingProblem(err error) string {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		problem := fmt.Sprintf("a value of the type %s does not fit", mistyped.Value)
		if mistyped.Field != "" {
			return mistyped.Field + ": " + problem
		}
		return problem
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
