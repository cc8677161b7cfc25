package flavor_test

import (
	"errors"
	"fmt"
	"testing"

	"pushgate/flavor"
	"pushgate/flavor/http"
	"pushgate/flavor/registry"
)

func TestAnswerOf(t *testing.T) {
	denial := flavor.Deny("tag.odd", "the tag is odd", flavor.Hint("another"), flavor.Detail("tag", "a"), flavor.Detail("tag", "b"))
	second := flavor.Deny("label.missing", "no label")
	plain := errors.New("no idea")
	unanswered := &registry.QueryError{Case: "unavailable", Text: "gone"}
	artifact := &flavor.InspectError{Case: "not-an-image", Text: "application/x"}

	for name, test := range map[string]struct {
		err     error
		verdict flavor.Verdict
		message string
		codes   []string
	}{
		"nothing":            {nil, flavor.Approved, "", nil},
		"a denial":           {denial, flavor.Denied, "", []string{"tag.odd"}},
		"a wrapped denial":   {fmt.Errorf("tags: %w", denial), flavor.Denied, "", []string{"tag.odd"}},
		"joined denials":     {errors.Join(denial, second), flavor.Denied, "", []string{"tag.odd", "label.missing"}},
		"a denial and more":  {errors.Join(plain, fmt.Errorf("also: %w", second)), flavor.Denied, "", []string{"label.missing"}},
		"settings":           {flavor.Misconfiguredf("tags: %d of them", 0), flavor.Misconfigured, "tags: 0 of them", nil},
		"a wrapped refusal":  {fmt.Errorf("page: %w", flavor.Unavailablef("gone")), flavor.Unavailable, "page: gone", nil},
		"joined refusals":    {errors.Join(plain, flavor.Misconfiguredf("tags")), flavor.Misconfigured, "no idea\ntags", nil},
		"another refusal":    {flavor.Otherf("no"), flavor.Other, "no", nil},
		"a plain error":      {plain, flavor.Failed, "no idea", nil},
		"a wrapped error":    {fmt.Errorf("tags: %w", plain), flavor.Failed, "tags: no idea", nil},
		"joined errors":      {errors.Join(plain, plain), flavor.Failed, "no idea\nno idea", nil},
		"joined with other":  {errors.Join(plain, flavor.Otherf("no")), flavor.Other, "no idea\nno", nil},
		"a strange config":   {&flavor.ConfigError{Platform: "linux/amd64", Problem: "no"}, flavor.Other, "the config of the image for linux/amd64 is not what the flavor expects: no", nil},
		"a question":         {unanswered, flavor.Unavailable, "the registry could not be asked: unavailable: gone", nil},
		"a wrapped question": {fmt.Errorf("tags: %w", unanswered), flavor.Unavailable, "tags: unavailable: gone", nil},
		"a request":          {&http.Error{Case: "timed-out"}, flavor.Unavailable, "the request could not be sent: timed-out", nil},
		"an artifact":        {artifact, flavor.Denied, "", []string{"not-an-image"}},
		"a refusal's reason": {flavor.Unavailablef("images: %w", artifact), flavor.Unavailable, "images: not-an-image: application/x", nil},
		"made by hand":       {&flavor.Violation{Code: "a", Message: "b"}, flavor.Failed, "a *flavor.Violation that flavor.Deny() did not make: one that is forgotten would never be found", nil},
		"no image":           {&flavor.InspectError{Case: "not-found"}, flavor.Unavailable, "the image was not found", nil},
	} {
		t.Run(name, func(t *testing.T) {
			answer := flavor.AnswerOf(test.err)
			codes := []string{}
			for _, violation := range answer.Violations {
				codes = append(codes, violation.Code)
			}
			if answer.Verdict != test.verdict || answer.Message != test.message || fmt.Sprint(codes) != fmt.Sprint(test.codes) {
				t.Errorf("got %q %q %q", answer.Verdict, answer.Message, codes)
			}
		})
	}
}

func TestDenyKeepsEachDetailOnce(t *testing.T) {
	err := flavor.Deny("a", "b", flavor.Detail("tag", "one"), flavor.Detail("label", "x"), flavor.Detail("tag", "two"))
	var violation *flavor.Violation
	if !errors.As(err, &violation) {
		t.Fatalf("got %T", err)
	}
	if fmt.Sprint(violation.Details) != "[{tag two} {label x}]" || violation.Detail("tag") != "two" || violation.Detail("no") != "" {
		t.Errorf("got %v", violation.Details)
	}
}
