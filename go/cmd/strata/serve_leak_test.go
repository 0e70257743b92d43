package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// TestWorkerLeaksNothing: after very many requests, some of which fail and some
// of which are cancelled, the process has what it had after a few.
func TestWorkerLeaksNothing(t *testing.T) {
	requests := 10_000
	if raceEnabled {
		requests = 500
	}
	t.Chdir(t.TempDir())
	sandbox(t, ".", 10)
	c := startWorker(t)
	var step int32
	serveMany := func(n int) {
		cancelled := make(chan int)
		// Bazel asks for some at a time.
		asked := make(chan struct{}, 32)
		go func() {
			cancels := 0
			for range n {
				asked <- struct{}{}
				step++
				r := requestOf(step)
				c.send(r)
				if step%10 == 0 {
					c.send(&protocol.WorkRequest{RequestId: r.GetRequestId(), Cancel: true})
					cancels++
				}
			}
			cancelled <- cancels
		}()
		wasCancelled := 0
		for range n {
			r := c.receive()
			<-asked
			switch failing := r.GetRequestId()%100 == 3; {
			case r.GetWasCancelled():
				wasCancelled++
			case failing != (r.GetExitCode() == 1):
				t.Fatalf("request %d: %d, %s", r.GetRequestId(), r.GetExitCode(), r.GetOutput())
			}
		}
		if cancels := <-cancelled; wasCancelled > cancels {
			t.Errorf("%d of %d requests were cancelled", wasCancelled, cancels)
		}
	}
	serveMany(requests / 20)
	// Those of the test and of a worker that waits.
	const idle = 5
	before := resources(t, idle)
	serveMany(requests)
	after := resources(t, before.goroutines)
	if after.goroutines > before.goroutines || !slices.Equal(after.files, before.files) {
		t.Errorf("%d goroutines and the files %q, want %d and %q", after.goroutines, after.files, before.goroutines, before.files)
	}
	if grown := int64(after.heap) - int64(before.heap); grown > 1<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	c.end()
}

// requestOf is a request with outputs of its own: a step in turn.
func requestOf(id int32) *protocol.WorkRequest {
	out := fmt.Sprint("out", id%50)
	args := [][]string{
		{"layer", "--metadata=" + out, "--object", onePath + "=@", "file\x000444\x00a\x00in/time"},
		{"info", "--out=" + out, "--object", onePath + "=@in/manifest"},
		{"layer", "--metadata=" + out, "--object", onePath + "=in/object.nar"},
	}[id%3]
	switch {
	case id%100 == 3:
		args = []string{"info", "--out=" + out, "--object", onePath + "=in/broken.nar"}
	case id%50 == 7:
		// Compressors are large: fewer of these.
		args = []string{"blob", "--compression=zstd", "--descriptor=" + out, "--object", onePath + "=in/object.nar"}
	}
	return &protocol.WorkRequest{RequestId: id, Arguments: args}
}

// held is what a process holds.
type held struct {
	goroutines int
	files      []string
	heap       uint64
}

// resources are what the test's process holds, as soon as it has no more than
// so many goroutines, or for good has more.
func resources(t *testing.T, goroutines int) held {
	t.Helper()
	var h held
	if list, err := os.ReadDir("/proc/self/fd"); err == nil {
		for _, e := range list {
			if name, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && !strings.HasPrefix(name, "/proc/") {
				h.files = append(h.files, name)
			}
		}
		slices.Sort(h.files)
	}
	// The goroutine of an answered request may still be ending.
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if h.goroutines = runtime.NumGoroutine(); h.goroutines <= goroutines || time.Now().After(end) {
			break
		}
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	h.heap = m.HeapAlloc
	return h
}
