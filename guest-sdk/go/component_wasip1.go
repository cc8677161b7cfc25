package flavor

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"

	"go.bytecodealliance.org/pkg/wit/types"

	"pushgate/flavor/internal/absent"
	"pushgate/flavor/internal/crash"
	export "pushgate/flavor/internal/hook/exports/export_pushgate_flavor_prepare_image_push"
	"pushgate/flavor/internal/host"
	// The export itself.
	"pushgate/flavor/internal/goroutines"
	_ "pushgate/flavor/internal/hook/exports/wit_exports"
	contract "pushgate/flavor/internal/hook/imports/pushgate_flavor_types"
	"pushgate/flavor/internal/made"
	"pushgate/flavor/internal/place"
	"pushgate/flavor/internal/waiting"
	"pushgate/flavor/log"
)

func init() {
	crash.Init()
	export.Hook = answer
}

// answer asks the hook, and makes of its error what the contract wants.
func answer(push *contract.ImagePush) wit_types.Result[contract.Approval, contract.Refusal] {
	switch len(hooks) {
	case 0:
		fail("no hook is registered: call flavor.Register(prepare) in an init function of package main")
	case 1:
	default:
		fail("flavor.Register was called %d times: a flavor has one hook", len(hooks))
	}
	answer := ask(hooks[0], &Push{hostPush{push}})
	if answer.Verdict == Failed {
		fail("%sthe hook returned an error that is no refusal: %s", declared(hooks[0]), answer.Message)
	}
	switch answer.Verdict {
	case Approved:
		return wit_types.Ok[contract.Approval, contract.Refusal](contract.Approval_Approved)
	case Denied:
		return refuse(contract.MakeRefusalDenied(denial(answer.Violations)))
	case Misconfigured:
		return refuse(contract.MakeRefusalMisconfigured(host.Text(answer.Message)))
	case Unavailable:
		return refuse(contract.MakeRefusalUnavailable(host.Text(answer.Message)))
	default:
		return refuse(contract.MakeRefusalOther(host.Text(answer.Message)))
	}
}

func refuse(refusal contract.Refusal) wit_types.Result[contract.Approval, contract.Refusal] {
	return wit_types.Err[contract.Approval](refusal)
}

func denial(violations []*Violation) []contract.Violation {
	denial := make([]contract.Violation, len(violations))
	for index, violation := range violations {
		hint := wit_types.None[string]()
		if violation.Hint != "" {
			hint = wit_types.Some(host.Text(violation.Hint))
		}
		details := make([]wit_types.Tuple2[string, string], len(violation.Details))
		for index, detail := range violation.Details {
			details[index] = wit_types.Tuple2[string, string]{F0: host.Text(detail.Key), F1: host.Text(detail.Value)}
		}
		denial[index] = contract.Violation{
			Code:    host.Text(violation.Code),
			Message: host.Text(violation.Message),
			Hint:    hint,
			Details: details,
		}
	}
	return denial
}

// ask calls the hook. One that panics, or ends its goroutine, ends the call, after the reason is in the log.
func ask(hook Hook, push *Push) Answer {
	returned := false
	defer func() {
		if returned {
			return
		}
		if reason := recover(); reason != nil {
			fail("%s%s", located(place.Here(1).Author()), describe(reason))
		}
		fail("the hook ended its goroutine instead of returning")
	}()
	if early := made.Begin(); early != "" {
		fail("%s", early)
	}
	before := runtime.NumGoroutine()
	endWatch := waiting.Watch(func(reason string) { fail("%s", reason) })
	// Also the error is the author's, and may panic.
	answer := AnswerOf(hook(push))
	returned = true
	if answer.Verdict != Approved {
		return answer
	}
	endWatch()
	left := goroutines.Left(before, waiting.Instead)
	if forgotten := made.Forgotten(); forgotten != "" {
		fail("%s", forgotten)
	}
	if left != "" {
		fail("%s", left)
	}
	return answer
}

// fail says why the flavor failed, as the last that the host hears, and traps.
func fail(format string, arguments ...any) {
	log.Errorf(format, arguments...)
	// Unlike a panic it prints no stack of goroutines after that.
	os.Exit(2)
}

// describe is what Go itself prints of the value of a panic.
func describe(reason any) string {
	if err, isError := reason.(error); isError {
		return absent.Explained(err)
	}
	return fmt.Sprint(reason)
}

// declared is where a hook is declared, before a message: an error says nothing of the line that returned it.
func declared(hook Hook) string {
	counter := reflect.ValueOf(hook).Pointer()
	function := runtime.FuncForPC(counter)
	if function == nil {
		return ""
	}
	file, line := function.FileLine(counter)
	return located(fmt.Sprintf("%s:%d", file[strings.LastIndex(file, "/")+1:], line))
}

// located is a place before a message; empty where it is not known.
func located(place string) string {
	if place == "" {
		return ""
	}
	return place + ": "
}

// hostPush is a push of the contract.
type hostPush struct{ *contract.ImagePush }

func (push hostPush) Tag() string {
	return push.ImagePush.Tag().SomeOr("")
}

func (push hostPush) RegistryURI() string { return push.RegistryUri() }

func (push hostPush) Images() ([]host.Image, *host.Failure) {
	found := push.ImagePush.Images()
	if found.IsErr() {
		return nil, inspectFailure(found.Err())
	}
	images := make([]host.Image, len(found.Ok()))
	for index, image := range found.Ok() {
		images[index] = hostImage{image}
	}
	return images, nil
}

func (push hostPush) Digest() (string, *host.Failure) {
	found := push.ImagePush.Digest()
	if found.IsErr() {
		return "", inspectFailure(found.Err())
	}
	return found.Ok().SomeOr(""), nil
}

func inspectFailure(err contract.InspectError) *host.Failure {
	switch err.Tag() {
	case contract.InspectError_NotFound:
		return &host.Failure{Case: "not-found"}
	case contract.InspectError_NotAnImage:
		return &host.Failure{Case: "not-an-image", Text: err.NotAnImage()}
	case contract.InspectError_Unavailable:
		return &host.Failure{Case: "unavailable", Text: err.Unavailable()}
	default:
		return &host.Failure{Case: "other", Text: err.Other()}
	}
}

// hostImage is an image of the contract.
type hostImage struct{ *contract.Image }

func (image hostImage) Labels() [][2]string { return pairsOf(image.Image.Labels()) }

func (image hostImage) Annotations() [][2]string { return pairsOf(image.Image.Annotations()) }

func pairsOf(tuples []wit_types.Tuple2[string, string]) [][2]string {
	pairs := make([][2]string, len(tuples))
	for index, tuple := range tuples {
		pairs[index] = [2]string{tuple.F0, tuple.F1}
	}
	return pairs
}

func (image hostImage) CompressedSize() (bytes uint64, known bool) {
	return known64(image.Image.CompressedSize())
}

func (image hostImage) UncompressedSize() (bytes uint64, known bool) {
	return known64(image.Image.UncompressedSize())
}

func known64(number wit_types.Option[uint64]) (uint64, bool) {
	return number.SomeOr(0), number.IsSome()
}
