package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"pushgate/flavor"
)

// wants what a flavor has not, as the tag says.
func wants(push *flavor.Push) error {
	switch push.Tag() {
	case "plain-error":
		return errors.New("no idea")
	case "wrapped-error":
		return fmt.Errorf("tags: %w", errors.New("no idea"))
	case "network":
		// What http.Get does first.
		_, err := net.LookupHost("status.example.com")
		return err
	case "network-address":
		_, err := net.Dial("tcp", "192.0.2.1:443")
		return err
	case "network-unavailable":
		_, err := net.LookupHost("status.example.com")
		return flavor.Unavailablef("the status page could not be asked: %w", err)
	case "network-panic":
		if _, err := net.LookupHost("status.example.com"); err != nil {
			panic(err) // line: network-panic
		}
	case "files":
		_, err := os.ReadFile("/etc/hosts")
		return err
	case "files-write":
		return os.WriteFile("/tmp/seen", nil, 0o600)
	case "programs":
		return exec.Command("git", "log").Run()
	case "environment":
		if value, found := os.LookupEnv("HOME"); found {
			return flavor.Deny("environment", value)
		}
		panic("HOME is not set") // line: environment
	case "wait":
		time.Sleep(time.Second) // line: wait
	case "wait-goroutine":
		var group sync.WaitGroup
		group.Go(func() {
			time.Sleep(time.Hour) // line: wait-goroutine
		})
		group.Wait()
	case "goroutines":
		// Threads of Go are goroutines, which a flavor has.
		numbers := make(chan int)
		go func() { numbers <- 1 }()
		go func() { numbers <- 2 }()
		if <-numbers+<-numbers != 3 {
			panic("lost")
		}
	case "deadlock":
		select {} // line: deadlock
	}
	return nil
}
