package flavor

// Hook decides whether a push may go on: nil approves, any error refuses.
//
// It is called once, in an instance of the component of its own, so that nothing is left of the push before.
type Hook func(push *Push) error

// hooks holds what was registered. Two are no panic here: during the start of the component nobody could say why it
// ended.
var hooks []Hook

// Register makes hook the one that the host asks. It is called once, in an init function of package main: the
// component's main is never run.
func Register(hook Hook) { hooks = append(hooks, hook) }
