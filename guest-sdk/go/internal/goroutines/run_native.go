//go:build !wasip1

package goroutines

import "time"

// alone says that all goroutines are of the call: in a test they are not.
const alone = false

// rounds is how often they are looked at: for a second or two.
const rounds = 1000

// letRun gives all the time to run, which threads of their own do.
func letRun() { time.Sleep(time.Millisecond) }
