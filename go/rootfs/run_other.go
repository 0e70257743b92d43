//go:build !linux

package rootfs

import (
	"context"
	"runtime"
)

// Init does nothing: only Linux has what Run needs.
func Init() {}

// Run returns an *UnavailableError: only Linux has what it needs.
func Run(context.Context, string, Spec) (exitCode int, err error) {
	return ExitNotStarted, &UnavailableError{Reason: "that needs Linux, this is " + runtime.GOOS}
}
