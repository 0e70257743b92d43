//go:build linux && (amd64 || arm64)

package realroot

import (
	"sync"
	"syscall"
)

// ending is why the programs were killed.
type ending struct {
	mu  sync.Mutex
	err error
}

// kill ends all programs. The first reason counts.
func (e *ending) kill(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = err
	}
	_ = syscall.Kill(-1, syscall.SIGKILL)
}

func (e *ending) reason() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}
