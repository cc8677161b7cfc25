//go:build !wasip1

// Package double is the host of a test: what package flavortest sets, and what the SDK asks where it is no component.
// Its types are of no other package of the SDK, as all of them import it.
package double

// Without a test that says what they answer, the capabilities cannot be asked.
var (
	RepositoryExists = func(repository string) (bool, error) { panic(unset("registry")) }
	Tags             = func(repository, after string, limit uint32) ([]string, error) { panic(unset("registry")) }
	ManifestDigest   = func(repository, tag string) (string, error) { panic(unset("registry")) }
	// Send is handed a *http.Request and gives a *http.Response, of the SDK.
	Send = func(request any) (response any, err error) { panic(unset("http")) }
	// Log is told every message.
	Log = func(level, message string) { println(level + ": " + message) }
)

func unset(capability string) string {
	return "outside of a component there is no " + capability + " to ask: say in a flavortest.Push what it answers"
}
