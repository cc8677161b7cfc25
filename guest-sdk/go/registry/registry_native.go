//go:build !wasip1

package registry

import "pushgate/flavor/internal/double"

func repositoryExists(repository string) (bool, error) { return double.RepositoryExists(repository) }

func tags(repository, after string, limit uint32) ([]string, error) {
	return double.Tags(repository, after, limit)
}

func manifestDigest(repository, tag string) (string, error) {
	return double.ManifestDigest(repository, tag)
}
