// Package export_pushgate_flavor_settings is what the generated export calls, by this name.
package export_pushgate_flavor_settings

// Text is the schema. Package schema sets it.
var Text string

// Schema is the export.
func Schema() string { return Text }
