package flavortest_test

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"pushgate/flavor"
	"pushgate/flavor/flavortest"
)

// sentinel is made before any call, by a test: a flavor must not.
var sentinel = flavor.Deny("sentinel", "made when the package begins")

func refuse() error { return flavor.Deny("helper", "made in a helper") }

func TestARefusalThatWasMadeAndNeverGivenFailsTheCall(t *testing.T) {
	for name, hook := range map[string]func(*flavor.Push){
		"a denial":        func(*flavor.Push) { flavor.Deny("a", "b") },
		"of a helper":     func(*flavor.Push) { _ = refuse() },
		"misconfigured":   func(*flavor.Push) { flavor.Misconfiguredf("no %s", "tags") },
		"unavailable":     func(*flavor.Push) { flavor.Unavailablef("gone") },
		"other":           func(*flavor.Push) { flavor.Otherf("no") },
		"wrapped":         func(*flavor.Push) { _ = fmt.Errorf("tags: %w", refuse()) },
		"unread settings": func(push *flavor.Push) { push.Settings(new(int)) },
		"recovered": func(*flavor.Push) {
			defer func() { _ = recover() }()
			panic(refuse())
		},
		"of a goroutine": func(*flavor.Push) {
			var group sync.WaitGroup
			group.Go(func() { _ = refuse() })
			group.Wait()
		},
		"of a goroutine that nobody waits for": func(*flavor.Push) {
			go func() { _ = refuse() }()
		},
		"of one that a goroutine starts": func(*flavor.Push) {
			go func() {
				time.Sleep(20 * time.Millisecond)
				go func() { _ = refuse() }()
			}()
		},
		"of one whose parents have ended": func(*flavor.Push) {
			go func() {
				go func() {
					go func() {
						time.Sleep(20 * time.Millisecond)
						_ = refuse()
					}()
				}()
			}()
		},
	} {
		t.Run(name, func(t *testing.T) {
			answer := flavortest.Ask(t, func(push *flavor.Push) error {
				hook(push)
				return nil
			}, flavortest.Push{})
			expected := `^failed; a refusal was made at forgotten_test\.go:\d+ and never given: return it, or drop it with flavor\.Drop\(\)$`
			if !regexp.MustCompile(expected).MatchString(answer.String()) {
				t.Errorf("got %v", answer)
			}
		})
	}
}

func TestAHookThatLeavesAGoroutineFailsTheCall(t *testing.T) {
	for name, hook := range map[string]flavor.Hook{
		"that nobody hears": func(*flavor.Push) error {
			problems := make(chan error)
			go func() { problems <- nil }()
			select {
			case err := <-problems:
				return err
			default:
				return nil
			}
		},
		"that waits": func(*flavor.Push) error {
			start := make(chan bool)
			go func() {
				<-start
				_ = refuse()
			}()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			expected := `^failed; forgotten_test\.go:\d+: a goroutine that the hook started has not ended, and what it checks may be forgotten: wait for it `
			if answer := flavortest.Ask(t, hook, flavortest.Push{}); !regexp.MustCompile(expected).MatchString(answer.String()) {
				t.Errorf("got %v", answer)
			}
		})
	}
	refuses := func(*flavor.Push) error {
		go func() { select {} }()
		return flavor.Deny("given", "made and given")
	}
	if answer := flavortest.Ask(t, refuses, flavortest.Push{}); answer.String() != "denied; given: made and given" {
		t.Errorf("got %v", answer)
	}
}

func TestARefusalThatIsGivenOrDroppedIsNotForgotten(t *testing.T) {
	for name, test := range map[string]struct {
		hook     flavor.Hook
		expected string
	}{
		"another is given": {func(*flavor.Push) error {
			_ = refuse()
			return flavor.Deny("given", "made and given")
		}, "denied; given: made and given"},
		"dropped": {func(*flavor.Push) error {
			flavor.Drop(refuse())
			flavor.Drop(fmt.Errorf("tags: %w", flavor.Unavailablef("images: %w", refuse())))
			flavor.Drop(errors.Join(refuse(), flavor.Misconfiguredf("tags")))
			flavor.Drop(nil)
			flavor.Drop(errors.New("no refusal"))
			return nil
		}, "approved"},
		"one for later":             {func(*flavor.Push) error { return nil }, "approved"},
		"one for later that is due": {func(*flavor.Push) error { return sentinel }, "denied; sentinel: made when the package begins"},
	} {
		t.Run(name, func(t *testing.T) {
			if answer := flavortest.Ask(t, test.hook, flavortest.Push{}); answer.String() != test.expected {
				t.Errorf("got %v", answer)
			}
		})
	}
}
