//go:build !wasip1

package flavortest

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"pushgate/flavor/internal/host"
)

// described is a push, as a host gives it.
type described struct {
	push     Push
	settings string
}

func (described described) Reference() string {
	name := described.push.Registry + "/" + described.push.Repository
	if described.push.Tag == "" {
		return name + "@sha256:" + strings.Repeat("0", 64)
	}
	return name + ":" + described.push.Tag
}

func (described described) Registry() string    { return described.push.Registry }
func (described described) Repository() string  { return described.push.Repository }
func (described described) Tag() string         { return described.push.Tag }
func (described described) RegistryURI() string { return described.push.RegistryURI }
func (described described) Settings() string    { return described.settings }
func (described described) RequestedAt() uint64 { return described.push.RequestedAt }
func (described described) DryRun() bool        { return described.push.DryRun }

func (described described) Images() ([]host.Image, *host.Failure) {
	if len(described.push.Images) == 0 {
		failure := host.Failure(*described.push.ImagesError)
		return nil, &failure
	}
	images := make([]host.Image, len(described.push.Images))
	for index, image := range described.push.Images {
		if image.Platform == "" {
			image.Platform = "linux/amd64"
		}
		images[index] = describedImage{image}
	}
	return images, nil
}

func (described described) Digest() (string, *host.Failure) {
	unreadable := described.push.ImagesError.Case == "unavailable" || described.push.ImagesError.Case == "other"
	if described.push.Digest == "" && len(described.push.Images) == 0 && unreadable {
		failure := host.Failure(*described.push.ImagesError)
		return "", &failure
	}
	return described.push.Digest, nil
}

// describedImage is an image, as a host gives it.
type describedImage struct{ image Image }

func (described describedImage) Platform() string { return described.image.Platform }

func (described describedImage) CompressedSize() (bytes uint64, known bool) {
	return described.image.CompressedSize, described.image.CompressedSize != 0
}

func (described describedImage) UncompressedSize() (bytes uint64, known bool) {
	return described.image.UncompressedSize, described.image.UncompressedSize != 0
}

func (described describedImage) Labels() [][2]string { return sorted(described.image.Labels) }

func (described describedImage) Annotations() [][2]string { return sorted(described.image.Annotations) }

func sorted(values map[string]string) [][2]string {
	pairs := make([][2]string, 0, len(values))
	for key, value := range values {
		pairs = append(pairs, [2]string{key, value})
	}
	sort.Slice(pairs, func(one, other int) bool { return pairs[one][0] < pairs[other][0] })
	return pairs
}

func (described describedImage) Config() string {
	config := described.image.Config
	config.Config.Labels = described.image.Labels
	platform := append(strings.SplitN(described.image.Platform, "/", 3), "", "")
	config.OS, config.Architecture, config.Variant = platform[0], platform[1], platform[2]
	config.RootFS.Type = "layers"
	// A struct of texts, lists and maps of texts has a JSON text.
	text, _ := json.Marshal(config)
	return string(text)
}

// tags is a page of the tags, as the contract says.
func (contents Registry) tags(repository, after string, limit uint32) []string {
	tags := []string{}
	for tag := range contents[repository] {
		if tag > after {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return tags[:min(len(tags), int(limit), 1000)]
}
