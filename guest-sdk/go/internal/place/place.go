// Package place says where in the author's code something happened: `main.go:12`.
package place

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Counters are where a goroutine was, the innermost call first.
type Counters []uintptr

// Here is where the goroutine is, without so many of the innermost calls.
func Here(without int) Counters {
	var counters [64]uintptr
	// Two more are runtime.Callers and this function.
	return append(Counters(nil), counters[:runtime.Callers(without+2, counters[:])]...)
}

// Author is the innermost line of the author's code: in package main, or below its folder, since other packages of the
// flavor are there too. It is empty where no call of package main is among the counters.
func (counters Counters) Author() string {
	var inner []runtime.Frame
	for frame := range counters.frames {
		inner = append(inner, frame)
		if strings.HasPrefix(frame.Function, "main.") {
			return authored(inner, path.Dir(frame.File)+"/")
		}
	}
	return ""
}

// Caller is [Counters.Author], or else the innermost line outside of the SDK: in a test package main has another name, and
// a goroutine may begin in another package.
func (counters Counters) Caller() string {
	if author := counters.Author(); author != "" {
		return author
	}
	for frame := range counters.frames {
		if !ofSDK(frame) {
			return fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line)
		}
	}
	return "an unknown line"
}

// Begins says whether a package of the flavor's begins here: a variable of it gets its value, or init runs. The packages of
// tests are none of the flavor's.
func (counters Counters) Begins() bool {
	begins := false
	for frame := range counters.frames {
		if strings.HasSuffix(frame.File, "_test.go") {
			return false
		}
		begins = begins || strings.HasPrefix(frame.Function, "runtime.doInit")
	}
	return begins
}

func (counters Counters) frames(yield func(runtime.Frame) bool) {
	frames := runtime.CallersFrames(counters)
	for more := len(counters) > 0; more; {
		var frame runtime.Frame
		if frame, more = frames.Next(); !yield(frame) {
			return
		}
	}
}

// authored is the first of the frames with a file below folder that is not of the SDK.
func authored(frames []runtime.Frame, folder string) string {
	for _, frame := range frames {
		if below, isBelow := strings.CutPrefix(frame.File, folder); isBelow && !ofSDK(frame) {
			return fmt.Sprintf("%s:%d", below, frame.Line)
		}
	}
	return ""
}

// ofSDK says whether a frame is of the SDK, whose tests are authors like any other.
func ofSDK(frame runtime.Frame) bool {
	return strings.HasPrefix(frame.Function, "pushgate/flavor") && !strings.HasSuffix(frame.File, "_test.go")
}
