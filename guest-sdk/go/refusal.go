package flavor

import (
	"fmt"

	"pushgate/flavor/internal/absent"
	"pushgate/flavor/internal/made"
)

// Violation is one reason for a denial, made by [Deny].
type Violation struct {
	// Code is stable and machine-readable, for example `tag.forbidden`: words in lower case, joined by dots.
	Code string
	// Message is what is wrong, for the person who pushes: one sentence that names the value.
	Message string
	// Hint is what to do about it; empty for none.
	Hint string
	// Details are for machines. Each key comes once.
	Details []DetailEntry
	// made says that Deny made it, so that the call knows of it.
	made bool
}

// DetailEntry is a fact for machines, for example of the key `platform` or `label`.
type DetailEntry struct{ Key, Value string }

// Error is the message.
func (violation *Violation) Error() string { return violation.Message }

// Detail is the value of a detail, or the empty text.
func (violation *Violation) Detail(key string) string {
	for _, detail := range violation.Details {
		if detail.Key == key {
			return detail.Value
		}
	}
	return ""
}

// Addition is what a denial has besides its code and message: [Hint] and [Detail].
type Addition func(*Violation)

// Hint says what to do about it.
func Hint(hint string) Addition {
	return func(violation *Violation) { violation.Hint = hint }
}

// Detail adds a fact for machines. A key that was given before gets the new value.
func Detail(key, value string) Addition {
	return func(violation *Violation) {
		for index := range violation.Details {
			if violation.Details[index].Key == key {
				violation.Details[index].Value = value
				return
			}
		}
		violation.Details = append(violation.Details, DetailEntry{key, value})
	}
}

// Deny refuses the push because the image breaks a rule; its author acts. The error is a [*Violation]. A hook that
// finds several returns them together, by [errors.Join].
//
// A refusal is made where it is given. A call that made one, by Deny or by the functions below, and then approves, fails
// with the line where it was made, unless [Drop] dropped it.
func Deny(code, message string, additions ...Addition) error {
	violation := &Violation{Code: code, Message: message, made: true}
	for _, add := range additions {
		add(violation)
	}
	return made.Keep(violation)
}

// Drop drops a refusal on purpose, and those that it wraps: the call may approve as if they had never been made. Any
// other error, and nil, is ignored.
func Drop(err error) { made.Drop(err) }

// Verdict is the kind of an [Answer].
type Verdict string

// The verdicts, each of which has another owner.
const (
	// Approved lets the push go on.
	Approved Verdict = "approved"
	// Denied is about the image: its author acts.
	Denied Verdict = "denied"
	// Misconfigured is about the settings: the operator of the registry acts.
	Misconfigured Verdict = "misconfigured"
	// Unavailable means that something which the flavor needs did not answer.
	Unavailable Verdict = "unavailable"
	// Other is any other reason.
	Other Verdict = "other"
	// Failed is no refusal: the hook returned an error that is none, and its author acts, as after a panic.
	Failed Verdict = "failed"
)

// refusal is an error of one of the last three verdicts.
type refusal struct {
	verdict Verdict
	cause   error
}

func (refusal *refusal) Error() string { return refusal.cause.Error() }
func (refusal *refusal) Unwrap() error { return refusal.cause }

// Misconfiguredf refuses the push because the settings do not make sense; the operator of the registry acts. The text
// names the setting. It is formatted like [fmt.Errorf]'s.
func Misconfiguredf(format string, arguments ...any) error {
	return made.Keep(&refusal{Misconfigured, fmt.Errorf(format, arguments...)})
}

// Unavailablef refuses the push because something that the flavor needs did not answer. The text is formatted like
// [fmt.Errorf]'s.
func Unavailablef(format string, arguments ...any) error {
	return made.Keep(&refusal{Unavailable, fmt.Errorf(format, arguments...)})
}

// Otherf refuses the push for any other reason. The text is formatted like [fmt.Errorf]'s.
func Otherf(format string, arguments ...any) error {
	return made.Keep(&refusal{Other, fmt.Errorf(format, arguments...)})
}

// Answer is what the host is told.
type Answer struct {
	Verdict Verdict
	// Message is the text of misconfigured, unavailable, other and failed.
	Message string
	// Violations are the reasons of denied; at least one.
	Violations []*Violation
}

// AnswerOf says what the error of a hook means.
//
// A refusal that an error wraps stays one of its kind, with the text of the whole error; a wrapped violation stays what
// it is. Of joined errors all violations are denied together; where there is none, the first refusal gives the kind. An
// error without any refusal in it is the flavor's failure.
func AnswerOf(err error) Answer {
	switch known := err.(type) {
	case nil:
		return Answer{Verdict: Approved}
	case *Violation:
		if known == nil {
			panic("the hook returned a nil *flavor.Violation as an error: return nil where the push may go on")
		}
		if !known.made {
			return Answer{Verdict: Failed, Message: "a *flavor.Violation that flavor.Deny() did not make: one that is forgotten would never be found"}
		}
		return Answer{Verdict: Denied, Violations: []*Violation{known}}
	case *refusal:
		return Answer{Verdict: known.verdict, Message: absent.Explained(known)}
	// An error of the contract, such as an InspectError.
	case interface{ Refusal() error }:
		return AnswerOf(known.Refusal())
	case interface{ Unwrap() error }:
		return around(err, known.Unwrap())
	case interface{ Unwrap() []error }:
		return around(err, known.Unwrap()...)
	default:
		return Answer{Verdict: Failed, Message: absent.Explained(err)}
	}
}

// around is the answer of an error that wraps others.
func around(err error, wrapped ...error) Answer {
	answer := Answer{Verdict: Failed, Message: absent.Explained(err)}
	var violations []*Violation
	for _, part := range wrapped {
		inner := AnswerOf(part)
		violations = append(violations, inner.Violations...)
		if answer.Verdict == Failed && inner.Verdict != Approved && inner.Verdict != Denied {
			answer.Verdict = inner.Verdict
		}
	}
	if len(violations) > 0 {
		return Answer{Verdict: Denied, Violations: violations}
	}
	return answer
}
