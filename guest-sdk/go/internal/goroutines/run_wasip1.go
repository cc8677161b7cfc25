package goroutines

import (
	"math"
	"runtime"
)

// alone says that all goroutines are of the call: an instance of a component has no other.
const alone = true

// rounds is how often they are looked at: as long as one runs, since the host ends a call that takes too long.
const rounds = math.MaxInt

// letRun lets all that can run do so once.
func letRun() { runtime.Gosched() }

// marked is none: all are of the call as it is.
func marked() int { return 0 }
