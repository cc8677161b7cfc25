// Package goroutines reads what the runtime prints of all goroutines: which there are, and what each does.
package goroutines

import (
	"runtime"
	"strings"
)

// Goroutine is one of them.
type Goroutine struct {
	// ID is its number.
	ID string
	// Parent is the number of the one that started it; empty of the first.
	Parent string
	// State is what it does, or waits for: `runnable`, `chan receive`.
	State string
	// Calls are the lines about its calls, the innermost first.
	Calls string
}

// All are those that there are; the first is the one that asks.
func All() []Goroutine {
	for size := 64 << 10; ; size *= 2 {
		stacks := make([]byte, size)
		if length := runtime.Stack(stacks, true); length < size {
			return Read(string(stacks[:length]))
		}
	}
}

// Read reads what the runtime printed.
func Read(stacks string) []Goroutine {
	var all []Goroutine
	for _, printed := range strings.Split(stacks, "\n\n") {
		header, calls, _ := strings.Cut(printed, "\n")
		id, state, _ := strings.Cut(strings.TrimPrefix(header, "goroutine "), " [")
		state, _, _ = strings.Cut(strings.TrimSuffix(state, "]:"), ",")
		_, parent, _ := strings.Cut(calls, " in goroutine ")
		parent, _, _ = strings.Cut(parent, "\n")
		all = append(all, Goroutine{id, parent, state, calls})
	}
	return all
}

// CanRun says whether it goes on without any other.
func (goroutine Goroutine) CanRun() bool {
	switch goroutine.State {
	case "runnable", "running", "waiting":
		return true
	}
	return false
}

// Place is the line of the innermost call of package main, or else the one that started the goroutine, before a message:
// `main.go:12: `.
func (goroutine Goroutine) Place() string {
	lines := strings.Split(goroutine.Calls, "\n")
	started := ""
	for index, line := range lines[:len(lines)-1] {
		place, _, _ := strings.Cut(strings.TrimSpace(lines[index+1]), " ")
		place = place[strings.LastIndex(place, "/")+1:] + ": "
		if strings.HasPrefix(line, "main.") || strings.HasPrefix(line, "created by main.") {
			return place
		}
		if strings.HasPrefix(line, "created by ") {
			started = place
		}
	}
	return started
}
