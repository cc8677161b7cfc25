package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"pushgate/flavor"
	"pushgate/flavor/http"
	"pushgate/flavor/registry"
)

// registryQuestion is the setting `registry`.
type registryQuestion struct {
	Repository *string `json:"repository"`
	Tag        *string `json:"tag"`
	After      string  `json:"after"`
	Limit      *uint32 `json:"limit"`
}

// ask is the violation with the answers of the registry.
func (question *registryQuestion) ask(push *flavor.Push) error {
	repository, tag, limit := push.Repository(), push.Tag(), uint32(100)
	if question.Repository != nil {
		repository = *question.Repository
	}
	if question.Tag != nil {
		tag = *question.Tag
	}
	if question.Limit != nil {
		limit = *question.Limit
	}
	exists, err := registry.RepositoryExists(repository)
	existsText := answer(strconv.FormatBool(exists), err)
	tags, err := registry.Tags(repository, question.After, limit)
	tagsText := answer(strings.Join(tags, ","), err)
	digest, err := registry.ManifestDigest(repository, tag)
	if digest == "" {
		digest = "none"
	}
	return flavor.Deny("registry", "what the registry answers", flavor.Hint("asked for "+repository),
		flavor.Detail("exists", existsText), flavor.Detail("tags", tagsText), flavor.Detail("digest", answer(digest, err)))
}

// answer is the text, or what the error says.
func answer(text string, err error) string {
	if err != nil {
		return err.Error()
	}
	return text
}

// httpRequest is the setting `http`.
type httpRequest struct {
	Method  *string           `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// send is the violation with the answer of the server.
func (settings *httpRequest) send() error {
	request := http.Request{Method: "GET", URL: settings.URL, Body: []byte(settings.Body)}
	if settings.Method != nil {
		request.Method = *settings.Method
	}
	for _, name := range slices.Sorted(maps.Keys(settings.Headers)) {
		request.Headers = append(request.Headers, http.Header{Name: name, Value: settings.Headers[name]})
	}
	details := []flavor.Addition{flavor.Hint("sent " + request.Method + " " + request.URL)}
	if response, err := http.Send(&request); err != nil {
		details = append(details, flavor.Detail("error", err.Error()))
	} else {
		details = append(details, flavor.Detail("status", strconv.Itoa(response.Status)))
		for _, header := range response.Headers {
			details = append(details, flavor.Detail("header."+header.Name, response.Header(header.Name)))
		}
		details = append(details, flavor.Detail("body", response.Text()))
	}
	return flavor.Deny("http", "what the server answers", details...)
}
