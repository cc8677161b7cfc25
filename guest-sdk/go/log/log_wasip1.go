package log

import (
	contract "pushgate/flavor/internal/hook/imports/pushgate_flavor_log"
	"pushgate/flavor/internal/host"
)

var levels = map[Level]contract.Level{
	Trace: contract.Level_Trace,
	Debug: contract.Level_Debug,
	Info:  contract.Level_Info,
	Warn:  contract.Level_Warn,
	Error: contract.Level_Error,
}

func write(level Level, message string) { contract.Log(levels[level], host.Text(message)) }
