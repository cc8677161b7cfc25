// Package export_pushgate_flavor_prepare_image_push is what the generated export calls, by this name.
package export_pushgate_flavor_prepare_image_push

import (
	"go.bytecodealliance.org/pkg/wit/types"

	contract "pushgate/flavor/internal/hook/imports/pushgate_flavor_types"
)

// Hook answers. Package flavor sets it: it imports this package, and so cannot be imported here.
var Hook func(push *contract.ImagePush) wit_types.Result[contract.Approval, contract.Refusal]

// Prepare is the export.
func Prepare(push *contract.ImagePush) wit_types.Result[contract.Approval, contract.Refusal] {
	return Hook(push)
}
