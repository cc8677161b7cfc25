// Package host is what the SDK sees of the host: the contract's bindings in a component, and what a test says
// elsewhere.
package host

import (
	"slices"
	"strings"
)

// Push is a push as the contract gives it.
type Push interface {
	Reference() string
	Registry() string
	Repository() string
	// Tag is empty when there is none: no tag is.
	Tag() string
	RegistryURI() string
	Settings() string
	RequestedAt() uint64
	DryRun() bool
	Images() ([]Image, *Failure)
	// Digest is empty where nobody can tell it before the push.
	Digest() (string, *Failure)
}

// Image is an image as the contract gives it.
type Image interface {
	Platform() string
	// Labels are pairs of a key and a value.
	Labels() [][2]string
	Config() string
	// CompressedSize and UncompressedSize are bytes; known is false where nobody can tell.
	CompressedSize() (bytes uint64, known bool)
	UncompressedSize() (bytes uint64, known bool)
	// Annotations are pairs of a key and a value.
	Annotations() [][2]string
}

// Failure is a case of one of the contract's errors.
type Failure struct {
	// Case is its name in the contract.
	Case string
	// Text is what it carries, if it carries anything.
	Text string
}

// Describe is the name of a case and, where it is none of bare, its text, which may be empty.
func Describe(name, text string, bare ...string) string {
	if slices.Contains(bare, name) {
		return name
	}
	return name + ": " + text
}

// Text is a text as the contract wants it. A text of Go may hold any bytes, but the host ends the call, without a word,
// where it is handed some that are no UTF-8.
func Text(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
