// Package flavor is for writing a pushgate flavor in Go: a hook that is asked before a container image is pushed.
//
//	package main
//
//	import "pushgate/flavor"
//
//	func init() { flavor.Register(prepare) }
//
//	func main() {}
//
//	func prepare(push *flavor.Push) error {
//		if push.Tag() == "latest" {
//			return flavor.Deny("tag.forbidden", "the tag `latest` is forbidden",
//				flavor.Hint("push a tag that names the version"), flavor.Detail("tag", push.Tag()))
//		}
//		return nil
//	}
//
// A hook that returns nil approves. Any error stops the push: [Deny] says what is wrong with the image,
// [Misconfiguredf], [Unavailablef] and [Otherf] are for what is not its author's fault, and [errors.Join] gives several
// reasons at once. Any other error, and a panic, is the flavor's failure. So is a refusal that was made and not returned,
// with the line where it was made; [Drop] drops one on purpose. A refusal is made in the hook, not in a variable of a package,
// and a goroutine that the hook starts ends before the hook approves: either is a failure, since a check may be forgotten.
//
// What is printed to the standard output and error arrives in the log of the host at the level debug; package log has
// all levels. The packages registry and http are capabilities: a flavor that imports one asks the operator for it.
// Package schema puts the schema of the settings into the component.
//
// The package compiles for every platform, so that `go test` tries the hook without a component: see package
// flavortest.
package flavor
