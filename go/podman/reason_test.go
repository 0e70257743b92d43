package podman

import (
	"errors"
	"testing"
)

func TestReason(t *testing.T) {
	notWhole, full := errors.New("Some layer tarfiles are missing in the tarball"), errors.New("writing blob: no space left on device")
	for message, want := range map[string]string{
		"image not known":                 "image not known",
		"no: colon here":                  "no: colon here",
		refusalText(full, notWhole):       full.Error(),
		refusalText(errNoIndex, full):     full.Error(),
		refusalText(errNoIndex, notWhole): notWhole.Error(),
	} {
		if got := reason(message); got != want {
			t.Errorf("of %q: %q, want %q", message, got, want)
		}
	}
}
