// Package made remembers the refusals of a call: one that is made and never given would approve.
package made

import (
	"slices"
	"sync"

	"pushgate/flavor/internal/place"
)

// refusal is one that was made and neither given nor dropped so far.
type refusal struct {
	err      error
	counters place.Counters
}

var (
	// lock is for the goroutines of tests; a component has one thread.
	lock     sync.Mutex
	refusals []refusal
)

// Keep remembers a refusal that the author's code just made.
func Keep(err error) error {
	counters := place.Here(1)
	lock.Lock()
	defer lock.Unlock()
	refusals = append(refusals, refusal{err, counters})
	return err
}

// Drop forgets a refusal, and those that it wraps.
func Drop(err error) {
	if err == nil {
		return
	}
	lock.Lock()
	refusals = slices.DeleteFunc(refusals, func(made refusal) bool { return made.err == err })
	lock.Unlock()
	switch wrapping := err.(type) {
	case interface{ Unwrap() error }:
		Drop(wrapping.Unwrap())
	case interface{ Unwrap() []error }:
		for _, wrapped := range wrapping.Unwrap() {
			Drop(wrapped)
		}
	}
}

// Begin begins a call. What was made before is not of it: a variable of a package may hold a refusal for later.
func Begin() {
	lock.Lock()
	defer lock.Unlock()
	refusals = nil
}

// Forgotten says why a call that would approve fails instead; it is empty where no refusal was made.
func Forgotten() string {
	lock.Lock()
	defer lock.Unlock()
	if len(refusals) == 0 {
		return ""
	}
	return "a refusal was made at " + refusals[0].counters.Caller() + " and never given: return it, or drop it with flavor.Drop()"
}
