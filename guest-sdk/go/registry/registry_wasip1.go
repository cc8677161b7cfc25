package registry

import (
	"go.bytecodealliance.org/pkg/wit/types"

	contract "pushgate/flavor/internal/hook/imports/pushgate_flavor_registry"
	"pushgate/flavor/internal/host"
)

func repositoryExists(repository string) (bool, error) {
	return answer(contract.RepositoryExists(host.Text(repository)))
}

func tags(repository, after string, limit uint32) ([]string, error) {
	position := wit_types.None[string]()
	if after != "" {
		position = wit_types.Some(host.Text(after))
	}
	return answer(contract.Tags(host.Text(repository), position, limit))
}

func manifestDigest(repository, tag string) (string, error) {
	digest, err := answer(contract.ManifestDigest(host.Text(repository), host.Text(tag)))
	return digest.SomeOr(""), err
}

func answer[T any](result wit_types.Result[T, contract.QueryError]) (T, error) {
	if result.IsOk() {
		return result.Ok(), nil
	}
	var none T
	return none, queryError(result.Err())
}

func queryError(err contract.QueryError) *QueryError {
	switch err.Tag() {
	case contract.QueryError_NotGranted:
		return &QueryError{Case: "not-granted"}
	case contract.QueryError_LimitExceeded:
		return &QueryError{Case: "limit-exceeded"}
	case contract.QueryError_Unauthorized:
		return &QueryError{Case: "unauthorized"}
	case contract.QueryError_Unavailable:
		return &QueryError{Case: "unavailable", Text: err.Unavailable()}
	default:
		return &QueryError{Case: "other", Text: err.Other()}
	}
}
