package schema

import (
	export "pushgate/flavor/internal/schema/exports/export_pushgate_flavor_settings"
	// The export itself.
	_ "pushgate/flavor/internal/schema/exports/wit_exports"
)

func register(text string) { export.Text = text }
