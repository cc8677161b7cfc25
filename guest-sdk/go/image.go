package flavor

import (
	"encoding/json"
	"fmt"
	"time"

	"pushgate/flavor/internal/host"
)

// Image is one image of the push: one platform of a multi-platform image, or the only one.
type Image struct{ host host.Image }

// Platform is `os/architecture[/variant]`, for example `linux/arm64/v8`.
func (image *Image) Platform() string { return image.host.Platform() }

// CompressedSize is what a registry holds of the image: the bytes of its config and of its layers as they are pushed. It is not
// known where the layers are compressed only in the push, as those of the Docker Engine's images are.
func (image *Image) CompressedSize() (bytes uint64, known bool) { return image.host.CompressedSize() }

// UncompressedSize is how many bytes the layers of the image are uncompressed. It is not known where nobody has counted, as of most
// compressed layers.
func (image *Image) UncompressedSize() (bytes uint64, known bool) {
	return image.host.UncompressedSize()
}

// Labels are the labels of the image config.
func (image *Image) Labels() map[string]string { return mapOf(image.host.Labels()) }

// Annotations are those of the image's manifest. There are none where the manifest is made only in the push, as that of
// the Docker Engine's images is.
func (image *Image) Annotations() map[string]string { return mapOf(image.host.Annotations()) }

func mapOf(pairs [][2]string) map[string]string {
	values := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		values[pair[0]] = pair[1]
	}
	return values
}

// Config is the image config, which the host has rebuilt after the OCI image specification: with the same members for
// every source, and without a history.
func (image *Image) Config() (*ImageConfig, error) {
	config := new(ImageConfig)
	if err := image.ConfigInto(config); err != nil {
		return nil, err
	}
	return config, nil
}

// ConfigInto reads the image config into a type of one's own, for members that [ImageConfig] does not have.
func (image *Image) ConfigInto(into any) error {
	if err := json.Unmarshal([]byte(image.host.Config()), into); err != nil {
		return &ConfigError{image.Platform(), decodingProblem(err)}
	}
	return nil
}

// ConfigError is why an image config could not be read into what the flavor expects. A hook that returns it refuses the
// push for another reason.
type ConfigError struct {
	// Platform is that of the image.
	Platform string
	// Problem names the member, and what is wrong with it.
	Problem string
}

// Error says which image it is, and what is wrong.
func (err *ConfigError) Error() string {
	return fmt.Sprintf("the config of the image for %s is not what the flavor expects: %s", err.Platform, err.Problem)
}

// Refusal is what a hook answers that returns the error.
func (err *ConfigError) Refusal() error { return Otherf("%s", err.Error()) }

// ImageConfig is an "OCI Image Configuration". What the image does not say is empty.
type ImageConfig struct {
	// Architecture is for example `amd64`.
	Architecture string `json:"architecture"`
	// OS is for example `linux`.
	OS string `json:"os"`
	// Variant is for example `v8`.
	Variant string `json:"variant"`
	// OSVersion is for example `10.0.17763.6414`: images for Windows have one.
	OSVersion string `json:"os.version"`
	// Created is when the image was made, after RFC 3339.
	Created string `json:"created"`
	// Author is who made it.
	Author string `json:"author"`
	// Config is how a container is run.
	Config ExecutionConfig `json:"config"`
	// RootFS is what the layers hold.
	RootFS RootFilesystem `json:"rootfs"`
}

// ExecutionConfig is how a container of an image is run.
type ExecutionConfig struct {
	User         string              `json:"User"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Env          []string            `json:"Env"`
	Entrypoint   []string            `json:"Entrypoint"`
	Cmd          []string            `json:"Cmd"`
	Volumes      map[string]struct{} `json:"Volumes"`
	WorkingDir   string              `json:"WorkingDir"`
	Labels       map[string]string   `json:"Labels"`
	StopSignal   string              `json:"StopSignal"`
	// Healthcheck is nil where the image has none.
	Healthcheck *Healthcheck `json:"Healthcheck"`
}

// Healthcheck is how Docker finds out whether a container works. What is 0 is Docker's default.
type Healthcheck struct {
	// Test is `CMD` or `CMD-SHELL` and the command, or `NONE`.
	Test []string `json:"Test"`
	// Interval is between two checks.
	Interval time.Duration `json:"Interval"`
	// Timeout is how long one may take.
	Timeout time.Duration `json:"Timeout"`
	// StartPeriod is how long failures do not count.
	StartPeriod time.Duration `json:"StartPeriod"`
	// StartInterval is between two checks in that time.
	StartInterval time.Duration `json:"StartInterval"`
	// Retries is how many failures count.
	Retries int64 `json:"Retries"`
}

// RootFilesystem is what the layers of an image hold.
type RootFilesystem struct {
	// Type is always `layers`.
	Type string `json:"type"`
	// DiffIDs are the digests of the uncompressed layers, the lowest first.
	DiffIDs []string `json:"diff_ids"`
}

// InspectError is why the images could not be looked at.
//
// A hook that returns it refuses the push: an artifact is denied with the code `not-an-image`, so that a rule about
// every image is never true of none; an image that is not found or cannot be read is unavailable.
type InspectError struct {
	// Case is the contract's name: `not-found`, `not-an-image`, `unavailable` or `other`.
	Case string
	// Text is what the case carries: the artifact's type, or a reason for people.
	Text string
}

// Error is the name of the case and, where there is one, its text.
func (err *InspectError) Error() string {
	return host.Describe(err.Case, err.Text, "not-found")
}

// Refusal is what a hook answers that returns the error.
func (err *InspectError) Refusal() error {
	switch err.Case {
	case "not-found":
		return Unavailablef("the image was not found")
	case "not-an-image":
		return Deny("not-an-image", fmt.Sprintf("not a container image but an artifact of type `%s`", err.Text),
			Hint("this registry's rules are about container images: push artifacts to another registry"),
			Detail("artifact-type", err.Text))
	case "unavailable":
		return Unavailablef("the images cannot be read: %s", err.Text)
	default:
		return Otherf("the images cannot be looked at: %s", err.Text)
	}
}
