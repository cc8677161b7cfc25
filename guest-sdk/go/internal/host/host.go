// Package host is what the SDK sees of the host: the contract's bindings in a component, and what a test says
// elsewhere.
package host

// Push is a push as the contract gives it.
type Push interface {
	Reference() string
	Registry() string
	Repository() string
	// Tag is empty when there is none: no tag is.
	Tag() string
	RegistryURI() string
	Settings() string
	RequestedAt() uint64
	DryRun() bool
	Images() ([]Image, *Failure)
}

// Image is an image as the contract gives it.
type Image interface {
	Platform() string
	// Labels are pairs of a key and a value.
	Labels() [][2]string
	Config() string
}

// Failure is a case of one of the contract's errors.
type Failure struct {
	// Case is its name in the contract.
	Case string
	// Text is what it carries, if it carries anything.
	Text string
}

// String is the name and, where there is one, the text.
func (failure Failure) String() string {
	if failure.Text == "" {
		return failure.Case
	}
	return failure.Case + ": " + failure.Text
}
