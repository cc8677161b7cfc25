// Package crash tells the host why Go's runtime ends a program that nobody can recover: a panic in another goroutine
// than the hook's, a deadlock, a map that two goroutines write.
//
// The runtime prints the reason and the goroutine's stack, in pieces of a few characters. Here they become messages of
// whole lines: of level debug, and as errors the reason, and then the reason with the line in package main.
package crash

import (
	"unicode/utf8"
	"unsafe"
)

// write, if it is set, is called with everything that the runtime prints, the built-in println included. (What package
// fmt prints goes another way.)
//
//go:linkname write runtime.overrideWrite
var write func(descriptor uintptr, text unsafe.Pointer, length int32) int32

// log is the function of package log, here without anything that allocates: the runtime may be anywhere.
//
//go:wasmimport pushgate:flavor/log@0.1.2 log
func log(level uint32, text unsafe.Pointer, length uint32)

const (
	levelDebug uint32 = 1
	levelError uint32 = 4
)

// Init listens. It is called before a hook.
func Init() { write = printed }

// text is a line, as far as it fits.
type text struct {
	bytes  [1024]byte
	length int
}

var (
	// line is what was printed of the present line.
	line text
	// reason is why the program ends, as soon as that was said.
	reason text
	// located is the reason with its place, as soon as that was said.
	located text
	// inMain says whether the line before named a function of package main: the next one is its place.
	inMain bool
)

func printed(_ uintptr, pieces unsafe.Pointer, length int32) int32 {
	for _, piece := range unsafe.Slice((*byte)(pieces), length) {
		if piece == '\n' {
			end()
		} else {
			line.add(piece)
		}
	}
	return length
}

// end tells the line that ends here.
func end() {
	switch {
	case line.length == 0:
		return
	case reason.length == 0 && (line.begins("panic: ") || line.begins("fatal error: ")):
		reason = line
		reason.log(levelError)
	case reason.length > 0 && inMain && located.length == 0 && line.begins("\t"):
		locate()
		located.log(levelError)
	}
	inMain = line.begins("main.") || line.begins("created by main.")
	line.log(levelDebug)
	line.length = 0
}

func (text *text) add(letter byte) {
	if text.length < len(text.bytes) {
		text.bytes[text.length] = letter
		text.length++
	}
}

func (text *text) begins(with string) bool {
	return text.length >= len(with) && string(text.bytes[:len(with)]) == with
}

func (text *text) log(level uint32) {
	// The host would end the call at once for a message that is no UTF-8, such as a character that was cut.
	if written := text.bytes[:text.length]; !utf8.Valid(written) {
		for index, letter := range written {
			if letter >= utf8.RuneSelf {
				written[index] = '?'
			}
		}
	}
	log(level, unsafe.Pointer(&text.bytes), uint32(text.length))
}

// locate puts the place of a line like `	forbid-latest/main.go:12 +0x3` before the reason: `main.go:12: panic: odd`.
func locate() {
	for _, letter := range line.bytes[1:line.length] {
		if letter == ' ' {
			break
		}
		located.add(letter)
		if letter == '/' {
			located.length = 0
		}
	}
	located.add(':')
	located.add(' ')
	for _, letter := range reason.bytes[:reason.length] {
		located.add(letter)
	}
}
