// Package registry is a capability: read-only questions to the registry that the image goes to, inside its URI.
//
// A flavor that imports it asks for it; the operator grants it with `--grant registry`. A repository is named by its
// whole path, as [flavor.Push.Repository] gives it. Every error is a [*QueryError].
package registry

import (
	"pushgate/flavor"
	"pushgate/flavor/internal/host"
)

// QueryError is why a question has no answer. A hook that returns it refuses the push as unavailable.
type QueryError struct {
	// Case is the contract's name: `not-granted`, `limit-exceeded`, `unauthorized`, `unavailable` or `other`.
	Case string
	// Text is what unavailable and other carry: a reason for people.
	Text string
}

// Error is the name of the case and, where there is one, its text.
func (err *QueryError) Error() string {
	return host.Describe(err.Case, err.Text, "not-granted", "limit-exceeded", "unauthorized")
}

// Refusal is what a hook answers that returns the error.
func (err *QueryError) Refusal() error {
	return flavor.Unavailablef("the registry could not be asked: %v", err)
}

// RepositoryExists says whether a repository exists. A registry that creates repositories on the first push says false
// until then.
func RepositoryExists(repository string) (bool, error) { return repositoryExists(repository) }

// Tags is a page of the tags of a repository: at most limit of them, and at most 1,000, sorted, all after the tag
// after, which may be empty. An empty page is the end.
func Tags(repository, after string, limit uint32) ([]string, error) {
	return tags(repository, after, limit)
}

// ManifestDigest is the digest of the manifest that a tag points to; empty when there is no such tag or repository.
func ManifestDigest(repository, tag string) (string, error) { return manifestDigest(repository, tag) }
