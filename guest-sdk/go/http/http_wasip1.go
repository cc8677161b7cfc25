package http

import (
	"go.bytecodealliance.org/pkg/wit/types"

	contract "pushgate/flavor/internal/hook/imports/pushgate_flavor_http"
	"pushgate/flavor/internal/host"
)

func send(request *Request) (*Response, error) {
	headers := make([]wit_types.Tuple2[string, string], len(request.Headers))
	for index, header := range request.Headers {
		headers[index] = wit_types.Tuple2[string, string]{F0: host.Text(header.Name), F1: host.Text(header.Value)}
	}
	result := contract.Send(contract.Request{
		Method:  host.Text(request.Method),
		Url:     host.Text(request.URL),
		Headers: headers,
		Body:    request.Body,
	})
	if result.IsErr() {
		return nil, httpError(result.Err())
	}
	answer := result.Ok()
	response := &Response{Status: int(answer.Status), Headers: make([]Header, len(answer.Headers)), Body: answer.Body}
	for index, header := range answer.Headers {
		response.Headers[index] = Header{header.F0, header.F1}
	}
	return response, nil
}

func httpError(err contract.HttpError) *Error {
	switch err.Tag() {
	case contract.HttpError_NotGranted:
		return &Error{Case: "not-granted", Text: err.NotGranted()}
	case contract.HttpError_InvalidRequest:
		return &Error{Case: "invalid-request", Text: err.InvalidRequest()}
	case contract.HttpError_LimitExceeded:
		return &Error{Case: "limit-exceeded"}
	case contract.HttpError_TimedOut:
		return &Error{Case: "timed-out"}
	case contract.HttpError_TooLarge:
		return &Error{Case: "too-large"}
	case contract.HttpError_Unreachable:
		return &Error{Case: "unreachable", Text: err.Unreachable()}
	default:
		return &Error{Case: "other", Text: err.Other()}
	}
}
