package harness

import (
	"sync"
	"syscall"
	"testing"
)

// Killable is a server that a test kills, as a loss of power would, and starts
// again. It may not be used by several tests.
type Killable struct {
	start func() (*server, error)

	mu     sync.Mutex
	server *server // nil: it was killed
}

// startKillable starts a server, which ends with the test. The function waits
// until the server answers; one that does not is ended with the test too.
func startKillable(t testing.TB, start func() (*server, error)) *Killable {
	t.Helper()
	k := &Killable{start: start}
	t.Cleanup(func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.server != nil {
			k.server.stop()
		}
	})
	k.Restart(t)
	return k
}

// Kill ends the server and what is in its process group, at once.
func (k *Killable) Kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.server == nil {
		return
	}
	_ = syscall.Kill(-k.server.process.Pid, syscall.SIGKILL)
	<-k.server.ended
	k.server = nil
}

// Restart starts the server that was killed, in the same place and with what it
// left there.
func (k *Killable) Restart(t testing.TB) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.server != nil {
		t.Fatal("the server runs")
	}
	s, err := k.start()
	k.server = s
	if err != nil {
		t.Fatal(err)
	}
}
