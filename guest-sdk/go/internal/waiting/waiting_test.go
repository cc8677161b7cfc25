package waiting

import (
	"testing"

	"pushgate/flavor/internal/goroutines"
)

const looks = `goroutine 20 [running]:
pushgate/flavor/internal/waiting.Watch.func1()
	pushgate/flavor@v0.1.0/internal/waiting/waiting.go:24 +0x3
created by pushgate/flavor/internal/waiting.Watch in goroutine 17
	pushgate/flavor@v0.1.0/internal/waiting/waiting.go:21 +0x2`

func TestLook(t *testing.T) {
	for name, test := range map[string]struct {
		stacks string
		place  string
		sleeps bool
		others bool
	}{
		"alone": {looks, "", false, false},
		"the hook sleeps": {looks + `

goroutine 17 [sleep]:
time.Sleep(0x3b9aca00)
	runtime/time.go:338 +0x1b
main.wait(...)
	forbid-latest/main.go:46
main.prepare(0x1430000)
	forbid-latest/main.go:30 +0x2`, "main.go:46: ", true, true},
		"a goroutine sleeps for long": {looks + `

goroutine 17 [chan receive]:
main.prepare(0x1430000)
	forbid-latest/main.go:30 +0x2

goroutine 21 [sleep, 2 minutes]:
time.Sleep(0x3b9aca00)
	runtime/time.go:338 +0x1b
created by main.prepare in goroutine 17
	forbid-latest/main.go:12 +0x9`, "main.go:12: ", true, true},
		"one can run": {looks + "\n\ngoroutine 17 [runnable]:\nmain.prepare(0x1430000)\n\tforbid-latest/main.go:30 +0x2", "", false, true},
		"all wait":    {looks + "\n\ngoroutine 17 [select (no cases)]:\nmain.prepare(0x1430000)\n\tforbid-latest/main.go:30 +0x2", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			place, sleeps, others := look(goroutines.Read(test.stacks))
			if place != test.place || sleeps != test.sleeps || others != test.others {
				t.Errorf("got %q %v %v", place, sleeps, others)
			}
		})
	}
}
