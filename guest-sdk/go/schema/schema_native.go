//go:build !wasip1

package schema

// A test hands its settings to the hook itself.
func register(string) {}
