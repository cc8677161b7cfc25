//go:build !wasip1

package goroutines

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"time"
)

// alone says that all goroutines are of the call: in a test they are not.
const alone = false

// rounds is how often they are looked at: for a second or two.
const rounds = 1000

// letRun gives all the time to run, which threads of their own do.
func letRun() { time.Sleep(time.Millisecond) }

// mark is the label of the goroutines of a call: one has it from the one that started it, also where that one has ended.
const mark = "pushgate-call"

// calls counts those that were marked.
var calls atomic.Uint64

// Mark marks the goroutine of a call, and so all that it will start, until it is told to end.
func Mark() (end func()) {
	calls.Add(1)
	markThis()
	return func() { pprof.SetGoroutineLabels(context.Background()) }
}

// markThis marks the goroutine that asks as one of the call that was marked last.
func markThis() {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(mark, fmt.Sprint(calls.Load()))))
}

// marked is how many there are of the call that was marked last, without the one that asks.
func marked() int {
	// A hook may have labels of its own.
	markThis()
	var printed bytes.Buffer
	// It fails only where the buffer does.
	_ = pprof.Lookup("goroutine").WriteTo(&printed, 1)
	label := fmt.Sprintf("%q:%q", mark, fmt.Sprint(calls.Load()))
	all, count := 0, 0
	for _, line := range strings.Split(printed.String(), "\n") {
		// `2 @ 0x1 0x2`, and then `# labels: {"name":"value"}`.
		if _, err := fmt.Sscanf(line, "%d @", &count); err == nil {
			continue
		}
		if strings.HasPrefix(line, "# labels: ") && strings.Contains(line, label) {
			all += count
		}
	}
	return all - 1
}
