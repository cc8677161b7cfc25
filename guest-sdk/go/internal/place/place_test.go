package place_test

import (
	"regexp"
	"testing"

	"pushgate/flavor/internal/place"
)

func TestTheCallerIsOutsideOfTheSDK(t *testing.T) {
	counters := place.Here(0)
	if !regexp.MustCompile(`^place_test\.go:\d+$`).MatchString(counters.Caller()) {
		t.Errorf("got %q", counters.Caller())
	}
	// Package main of a test has another name.
	if counters.Author() != "" || place.Counters(nil).Caller() != "an unknown line" {
		t.Errorf("got %q %q", counters.Author(), place.Counters(nil).Caller())
	}
}
