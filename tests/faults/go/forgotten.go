package main

import (
	"fmt"

	"pushgate/flavor"
)

// later is made before any call: a hook that does not return it has not forgotten it.
var later = flavor.Deny("later", "made when the package begins")

// forgets makes refusals that it does not return, as the tag says.
func forgets(push *flavor.Push) error {
	switch push.Tag() {
	case "forgotten":
		flavor.Deny("forgotten", "made and forgotten") // line: forgotten
	case "forgotten-helper":
		_ = refuse()
	case "forgotten-wrapped":
		_ = fmt.Errorf("tags: %w", flavor.Deny("forgotten", "in another error")) // line: forgotten-wrapped
	case "forgotten-unavailable":
		flavor.Unavailablef("gone") // line: forgotten-unavailable
	case "forgotten-misconfigured":
		flavor.Misconfiguredf("tags: none") // line: forgotten-misconfigured
	case "forgotten-other":
		flavor.Otherf("no") // line: forgotten-other
	case "forgotten-settings":
		push.Settings(new(int)) // line: forgotten-settings
	case "forgotten-goroutine":
		done := make(chan bool)
		go func() {
			_ = flavor.Deny("forgotten", "in a goroutine") // line: forgotten-goroutine
			done <- true
		}()
		<-done
	case "forgotten-recovered":
		recovers()
	case "forgotten-and-another":
		flavor.Deny("forgotten", "made and forgotten")
		return flavor.Deny("given", "made and given")
	case "later":
		return later
	case "dropped":
		if err := refuse(); err != nil {
			flavor.Drop(err)
		}
		flavor.Drop(fmt.Errorf("tags: %w", flavor.Unavailablef("gone")))
	}
	return nil
}

func refuse() error {
	return flavor.Deny("forgotten", "the result is ignored") // line: forgotten-helper
}

func recovers() {
	defer func() { _ = recover() }()
	panic(flavor.Deny("forgotten", "thrown and caught")) // line: forgotten-recovered
}
