// Command faults does what a flavor must not do: what the tag says.
package main

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"time"

	"pushgate/flavor"
)

func init() { flavor.Register(prepare) }

func main() {}

func prepare(push *flavor.Push) error { // line: hook
	switch push.Tag() {
	case "throw":
		panic("the tag is odd")
	case "throw-in-goroutine":
		// Nobody can recover it: Go itself ends the program.
		go func() { panic("the tag is odd in a goroutine") }() // line: throw-in-goroutine
		select {}
	case "print":
		fmt.Println("printed by the flavor")
	case "clock":
		return flavor.Deny("clock", strconv.FormatInt(time.Now().Unix(), 10))
	case "random":
		return flavor.Deny("random", fmt.Sprint(rand.Text(), mathrand.Uint64()))
	}
	if err := forgets(push); err != nil {
		return err
	}
	return wants(push)
}
