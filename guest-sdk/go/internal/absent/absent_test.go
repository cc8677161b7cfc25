package absent_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"pushgate/flavor/internal/absent"
)

func TestWhatAFlavorHasNotIsExplainedOnce(t *testing.T) {
	network := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("reset")}
	file := &fs.PathError{Op: "open", Path: "/etc/hosts", Err: syscall.ENOSYS}
	for name, test := range map[string]struct {
		err     error
		instead string
	}{
		"a connection":     {network, "a flavor has no network: "},
		"a name":           {&net.DNSError{Err: "no such host", Name: "example.com"}, "a flavor has no network: "},
		"a request":        {&url.Error{Op: "Get", URL: "https://example.com", Err: network}, "a flavor has no network: "},
		"a wrapped one":    {fmt.Errorf("status: %w", network), "a flavor has no network: "},
		"joined ones":      {errors.Join(errors.New("first"), file), "a flavor has no files: "},
		"a file":           {file, "a flavor has no files: "},
		"a program":        {&exec.Error{Name: "ls", Err: exec.ErrNotFound}, "a flavor runs no programs: "},
		"an embedded file": {&fs.PathError{Op: "open", Path: "a", Err: fs.ErrNotExist}, ""},
		"any other":        {errors.New("no"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := absent.Explained(test.err)
			again := absent.Explained(fmt.Errorf("%s: %w", text, test.err))
			if test.instead == "" {
				if text != test.err.Error() {
					t.Errorf("got %q", text)
				}
			} else if !strings.HasPrefix(text, test.err.Error()+": "+test.instead) || strings.Count(again, test.instead) != 1 {
				t.Errorf("got %q, %q", text, again)
			}
		})
	}
}
