// Package schema puts the JSON Schema of a flavor's settings into the component. A component that imports the package
// says that it has one.
//
//	//go:embed settings.schema.json
//	var settingsSchema string
//
//	func init() {
//		flavor.Register(prepare)
//		schema.Register(settingsSchema)
//	}
package schema

// Register makes text what the component gives as the schema: a JSON Schema (2020-12) of at most 256 KiB. The host
// holds settings against it when a registry is added and before a hook is asked.
func Register(text string) { register(text) }
