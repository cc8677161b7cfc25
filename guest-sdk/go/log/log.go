// Package log says something to people, through the log of the host.
//
// The host adds the flavor's name: a message needs no time, level or line feed. The formats are those of [fmt.Sprintf].
package log

import "fmt"

// Level is how grave a message is.
type Level string

// The levels. Info, Warn and Error are for the person who pushes; Warn and Error are kept in the report.
const (
	Trace Level = "trace"
	Debug Level = "debug"
	Info  Level = "info"
	Warn  Level = "warn"
	Error Level = "error"
)

// Tracef is for the flavor's author: every step.
func Tracef(format string, arguments ...any) { write(Trace, fmt.Sprintf(format, arguments...)) }

// Debugf is for the flavor's author. What the flavor prints arrives with this level too.
func Debugf(format string, arguments ...any) { write(Debug, fmt.Sprintf(format, arguments...)) }

// Infof is for the person who pushes.
func Infof(format string, arguments ...any) { write(Info, fmt.Sprintf(format, arguments...)) }

// Warnf is for the person who pushes: the push may go on, but something should change.
func Warnf(format string, arguments ...any) { write(Warn, fmt.Sprintf(format, arguments...)) }

// Errorf is for the person who pushes. When the flavor fails, the host shows its last message of this level.
func Errorf(format string, arguments ...any) { write(Error, fmt.Sprintf(format, arguments...)) }
