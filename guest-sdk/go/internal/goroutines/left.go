package goroutines

// Before are the goroutines that there were when a call began.
type Before struct {
	asks  string
	known map[string]bool
}

// Now are those that there are.
func Now() Before {
	all := All()
	known := make(map[string]bool, len(all))
	for _, goroutine := range all {
		known[goroutine.ID] = true
	}
	return Before{all[0].ID, known}
}

// looks is how often in a row all have to be found waiting: one that a timer which is due has woken runs in between.
const looks = 3

// Left lets the goroutines that the call started run, until each has ended or waits for what nobody gives it. It says why
// the call may not approve where one is left: a check in it has not been made. It is empty where none is.
func (before Before) Left() string {
	waiting := 0
	for round := 0; ; round++ {
		letRun()
		left := before.left(All())
		if len(left) == 0 {
			return ""
		}
		waiting++
		for _, goroutine := range left {
			if goroutine.CanRun() || !alone && goroutine.State == "sleep" {
				waiting = 0
			}
		}
		if waiting == looks || round == rounds {
			return left[0].Place() + "a goroutine that the hook started has not ended, and what it checks may be forgotten: wait for it before you approve"
		}
	}
}

// left are those of the call among all. In a test, other tests start some at the same time.
func (before Before) left(all []Goroutine) []Goroutine {
	var left []Goroutine
	descends := map[string]bool{before.asks: true}
	for again := true; again; {
		again = false
		for _, goroutine := range all {
			if before.known[goroutine.ID] || descends[goroutine.ID] || !alone && !descends[goroutine.Parent] {
				continue
			}
			descends[goroutine.ID], again = true, true
			left = append(left, goroutine)
		}
	}
	return left
}
