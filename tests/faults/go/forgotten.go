package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"pushgate/flavor"
)

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
	case "forgotten-behind":
		var err error
		go func() {
			err = flavor.Deny("forgotten", "in a goroutine that nobody waits for") // line: forgotten-behind
		}()
		return err
	case "forgotten-behind-group":
		var group sync.WaitGroup
		group.Go(func() {
			_ = flavor.Deny("forgotten", "in a group that nobody waits for") // line: forgotten-behind-group
		})
	case "forgotten-behind-select":
		problems := make(chan error)
		go func() { problems <- flavor.Deny("forgotten", "sent to nobody") }() // line: forgotten-behind-select
		select {
		case err := <-problems:
			return err
		default:
		}
	case "forgotten-behind-timer":
		time.AfterFunc(0, func() {
			_ = flavor.Deny("forgotten", "in a timer that is due") // line: forgotten-behind-timer
		})
	case "left-waiting":
		start := make(chan bool)
		go func() {
			<-start // line: left-waiting
			_ = flavor.Deny("forgotten", "never made")
		}()
	case "left-sleeping":
		go func() {
			time.Sleep(time.Hour) // line: left-sleeping
			_ = flavor.Deny("forgotten", "never made")
		}()
	case "done-behind":
		// It has nothing to say, and ends before the call does.
		for range 100 {
			go func() { runtime.Gosched() }()
		}
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
