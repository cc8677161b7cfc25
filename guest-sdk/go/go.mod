module pushgate/flavor

go 1.25

// What the generated bindings call. Of the later versions, v0.2.3 has no entry in the checksum database.
require go.bytecodealliance.org/pkg v0.2.1
