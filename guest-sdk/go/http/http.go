// Package http is a capability: bounded requests to origins that the operator has granted.
//
// A flavor that imports it asks for it; the operator grants an origin with `--grant http=ORIGIN`, and the host adds the
// credentials that are bound to it. Redirects are not followed but returned. Every error is an [*Error].
package http

import (
	"strings"

	"pushgate/flavor"
	"pushgate/flavor/internal/host"
)

// Header is the name and the value of a header.
type Header struct{ Name, Value string }

// Request is what is sent.
type Request struct {
	// Method is `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`. The first two have no body.
	Method string
	// URL is an absolute URL of a granted origin.
	URL string
	// Headers are sent besides those that the host sets itself, and may not be among those.
	Headers []Header
	// Body is the body; empty for none.
	Body []byte
}

// Response is what came back.
type Response struct {
	// Status is the status code, whatever it is: one of 400 and above is no error.
	Status int
	// Headers are in the order of the answer, their names in lower case.
	Headers []Header
	// Body is the whole body.
	Body []byte
}

// Header is the value of the first header of a name; empty when there is none.
func (response *Response) Header(name string) string {
	for _, header := range response.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// Text is the body as UTF-8; each piece that is none is replaced by U+FFFD.
func (response *Response) Text() string { return host.Text(string(response.Body)) }

// Error is why there is no response. A hook that returns it refuses the push as unavailable.
type Error struct {
	// Case is the contract's name: `not-granted`, `invalid-request`, `limit-exceeded`, `timed-out`, `too-large`,
	// `unreachable` or `other`.
	Case string
	// Text is what not-granted, invalid-request, unreachable and other carry: a reason for people.
	Text string
}

// Error is the name of the case and, where there is one, its text.
func (err *Error) Error() string {
	return host.Describe(err.Case, err.Text, "limit-exceeded", "timed-out", "too-large")
}

// Refusal is what a hook answers that returns the error.
func (err *Error) Refusal() error {
	return flavor.Unavailablef("the request could not be sent: %v", err)
}

// Send sends one request and waits for the whole response. A request that failed may have reached the server all the
// same.
func Send(request *Request) (*Response, error) { return send(request) }

// Get sends a GET request.
func Get(url string, headers ...Header) (*Response, error) {
	return Send(&Request{Method: "GET", URL: url, Headers: headers})
}
