//go:build !wasip1

package log

import "pushgate/flavor/internal/double"

func write(level Level, message string) { double.Log(string(level), message) }
