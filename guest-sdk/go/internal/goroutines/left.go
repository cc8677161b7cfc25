package goroutines

import (
	"runtime"
	"strconv"
)

// looks is how often in a row all have to be found waiting: one that a timer which is due has woken runs in between.
const looks = 3

// ofComponent is how many there are in a component whose packages have started none: the one that the host calls.
const ofComponent = 1

// Left lets the goroutines that a call started run, until each has ended or waits for what nobody gives it. It says why the
// call may not approve where one is left: a check in it has not been made. It is empty where none is. Before is how many
// there were when the call began, and waits what to say of one that sleeps.
//
// It is asked by the goroutine of the call.
func Left(before int, waits string) string {
	waiting := 0
	known := map[string]bool{}
	for round := 0; ; round++ {
		letRun()
		// What the runtime prints of all costs more than the rest of a call.
		if alone && before == ofComponent && runtime.NumGoroutine() == before {
			return ""
		}
		left := ofCall(All(), known)
		others := marked() > len(left)
		if len(left) == 0 && !others {
			return ""
		}
		waiting++
		if others {
			waiting = 0
		}
		for _, goroutine := range left {
			switch {
			case alone && goroutine.State == "sleep":
				return goroutine.Place() + waits
			case goroutine.CanRun() || goroutine.State == "sleep":
				waiting = 0
			}
		}
		if waiting == looks || round == rounds {
			place := ""
			if len(left) > 0 {
				place = left[0].Place()
			}
			return place + "a goroutine that the hook started has not ended, and what it checks may be forgotten: wait for it before you approve"
		}
	}
}

// ofCall are those that the one which asks has started, and they. In a component, where numbers are given in a row, they are
// those that are younger; in a test, other tests start some at the same time, so that their parents count. Known are those
// that were seen, since one may end before those that it started.
func ofCall(all []Goroutine, known map[string]bool) []Goroutine {
	var left []Goroutine
	asks := all[0]
	known[asks.ID] = true
	for again := true; again; {
		again = false
		for _, goroutine := range all {
			if !known[goroutine.ID] && (known[goroutine.Parent] || alone && younger(goroutine, asks)) {
				known[goroutine.ID], again = true, true
			}
		}
	}
	for _, goroutine := range all[1:] {
		if known[goroutine.ID] {
			left = append(left, goroutine)
		}
	}
	return left
}

func younger(one, other Goroutine) bool {
	number, _ := strconv.Atoi(one.ID)
	than, _ := strconv.Atoi(other.ID)
	return number > than
}
