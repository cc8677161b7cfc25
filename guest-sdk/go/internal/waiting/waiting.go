// Package waiting ends a call that waits for time to pass, which it does not for a flavor.
package waiting

import (
	"runtime"
	"strings"
)

// Instead is what a flavor has instead of waiting.
const Instead = "a flavor cannot wait: it decides by the time of the push, push.RequestedAt()"

// stackBytes is how much of what the goroutines do is looked at.
const stackBytes = 64 << 10

// Watch calls fail, with the place before the reason, when a goroutine sleeps.
//
// The component has one thread: what Watch starts runs when every other goroutine waits or has let it run, so that a hook
// that never does costs nothing. It ends where all wait for each other, which the runtime itself reports.
func Watch(fail func(reason string)) {
	go func() {
		for {
			stacks := make([]byte, stackBytes)
			stacks = stacks[:runtime.Stack(stacks, true)]
			place, sleeps, others := look(string(stacks))
			switch {
			case sleeps:
				fail(place + Instead)
			case !others:
				return
			}
			runtime.Gosched()
		}
	}()
}

// look reads what the runtime prints of all goroutines: whether one sleeps, and where in package main, and whether one of
// the others can run. The first is the one that looks.
func look(stacks string) (place string, sleeps, others bool) {
	goroutines := strings.Split(stacks, "\n\n")
	for _, goroutine := range goroutines[1:] {
		header, calls, _ := strings.Cut(goroutine, "\n")
		_, state, _ := strings.Cut(header, "[")
		switch state, _, _ = strings.Cut(strings.TrimSuffix(state, "]:"), ","); state {
		case "sleep":
			return located(calls), true, true
		case "runnable", "running", "waiting":
			others = true
		}
	}
	return "", false, others
}

// located is the line of the innermost call of package main, before a message: `main.go:12: `.
func located(calls string) string {
	lines := strings.Split(calls, "\n")
	for index, line := range lines[:len(lines)-1] {
		if !strings.HasPrefix(line, "main.") && !strings.HasPrefix(line, "created by main.") {
			continue
		}
		place, _, _ := strings.Cut(strings.TrimSpace(lines[index+1]), " ")
		return place[strings.LastIndex(place, "/")+1:] + ": "
	}
	return ""
}
