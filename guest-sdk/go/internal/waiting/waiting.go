// Package waiting ends a call that waits for time to pass, which it does not for a flavor.
package waiting

import (
	"runtime"

	"pushgate/flavor/internal/goroutines"
)

// Instead is what a flavor has instead of waiting.
const Instead = "a flavor cannot wait: it decides by the time of the push, push.RequestedAt()"

// Watch calls fail, with the place before the reason, when a goroutine sleeps, until it is told to end.
//
// The component has one thread: what Watch starts runs when every other goroutine waits or has let it run, so that a hook
// that never does costs nothing. It ends where all wait for each other, which the runtime itself reports.
func Watch(fail func(reason string)) (end func()) {
	ended := false
	go func() {
		for !ended {
			place, sleeps, others := look(goroutines.All())
			switch {
			case sleeps:
				fail(place + Instead)
			case !others:
				return
			}
			runtime.Gosched()
		}
	}()
	return func() { ended = true }
}

// look says whether a goroutine sleeps, and where, and whether one of the others can run. The first is the one that
// looks.
func look(all []goroutines.Goroutine) (place string, sleeps, others bool) {
	for _, goroutine := range all[1:] {
		if goroutine.State == "sleep" {
			return goroutine.Place(), true, true
		}
		others = others || goroutine.CanRun()
	}
	return "", false, others
}
