// `example/` is never a package of Go's own, which a name alone may be: `log`, `go`.
module example/{{ name }}

go 1.25

require pushgate/flavor v0.1.0

require go.bytecodealliance.org/pkg v0.2.1 // indirect

// The SDK is of the pushgate that wrote this project.
replace pushgate/flavor => ./sdk
