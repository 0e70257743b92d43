//go:build !linux || !(amd64 || arm64)

package realroot

import (
	"context"
	"fmt"
	"io"
	"runtime"
)

// Init does nothing: only Linux has what Run needs.
func Init() {}

// Run returns an *UnavailableError: only Linux on x86-64 and ARM64 has what it
// needs.
func Run(_ context.Context, m Machine, _ io.Writer) error {
	return fmt.Errorf("%s: %w", m.Name, &UnavailableError{
		Reason: "it needs Linux on amd64 or arm64, this is " + runtime.GOOS + " on " + runtime.GOARCH,
	})
}
