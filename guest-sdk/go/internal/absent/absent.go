// Package absent tells what a flavor has instead of what its language offers and a component has not.
package absent

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// The sentences, of which every language has the same.
const (
	network  = "a flavor has no network: it asks a server by package http of the SDK, a capability that the operator grants"
	files    = "a flavor has no files: what it needs is embedded (//go:embed), or in its settings"
	programs = "a flavor runs no programs: it decides by the push, its settings and its capabilities"
)

// Explained is the text of an error, and what a flavor has instead where the error is about something that it has not.
func Explained(err error) string {
	text := err.Error()
	if instead := instead(err); instead != "" && !strings.Contains(text, instead) {
		return text + ": " + instead
	}
	return text
}

// instead looks for an error of Go's packages net, os and os/exec. Their names are compared, since a flavor that does not
// import them should not hold them either.
func instead(err error) string {
	switch name := fmt.Sprintf("%T", err); {
	case name == "*url.Error" || strings.HasPrefix(name, "*net."):
		return network
	case strings.HasPrefix(name, "*exec."):
		return programs
	}
	if _, isPath := err.(*fs.PathError); isPath && errors.Is(err, errors.ErrUnsupported) {
		return files
	}
	switch wrapping := err.(type) {
	case interface{ Unwrap() error }:
		if inner := wrapping.Unwrap(); inner != nil {
			return instead(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range wrapping.Unwrap() {
			if found := instead(inner); found != "" {
				return found
			}
		}
	}
	return ""
}
