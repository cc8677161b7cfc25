// Package made remembers the refusals of a call: one that is made and never given would approve.
package made

import (
	"runtime"
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

// Begin begins a call. It says why the call fails whatever it answers, where a package made a refusal when it began: whether
// a call that approves has forgotten that one, nobody could tell. It is empty where none did.
func Begin() (early string) {
	lock.Lock()
	defer lock.Unlock()
	for _, refusal := range refusals {
		// A test makes refusals to compare answers with.
		if runtime.GOOS == "wasip1" || refusal.counters.Begins() {
			early = refusal.counters.Caller() + ": a refusal was made before the hook was called: make it in the hook, where it is returned"
			break
		}
	}
	refusals = nil
	return early
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
