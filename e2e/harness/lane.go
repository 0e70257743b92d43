package harness

import (
	"flag"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Lane lets a test run at the same time as tests of other lanes. Those of one
// lane run one after another: they share a workspace, whose Bazel does one thing
// at a time, and the names of images. A lane has Docker daemons of its own. A
// test that shares nothing names no lane and has one for itself.
//
// It is the first thing that a test does. As many tests run as there are CPUs.
func Lane(t *testing.T, name ...string) {
	t.Helper()
	lane := lanes.add(t.Name(), strings.Join(name, ""))
	t.Parallel()
	lane.Lock()
	t.Cleanup(lane.Unlock)
	cpus <- struct{}{}
	began := time.Now()
	t.Cleanup(func() {
		<-cpus
		t.Logf("%.1f s, after its wait", time.Since(began).Seconds())
	})
}

// cpus has an element for each test that runs.
var cpus = make(chan struct{}, runtime.NumCPU())

// lanes are those that tests named.
var lanes = laneSet{locks: map[string]*sync.Mutex{}, names: map[string]string{}}

type laneSet struct {
	mu    sync.Mutex
	locks map[string]*sync.Mutex
	// names are the lanes of tests, by the tests' names.
	names map[string]string
}

func (s *laneSet) add(test, name string) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" {
		name = test
	}
	s.names[test] = name
	if s.locks[name] == nil {
		s.locks[name] = new(sync.Mutex)
	}
	return s.locks[name]
}

// of is the name of the lane that a test, or the test that it is a part of,
// runs in.
func (s *laneSet) of(t testing.TB) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	test, _, _ := strings.Cut(t.Name(), "/")
	return s.names[test]
}

// startAllTests has the testing package start every parallel test at once, as a
// test that waits for its lane keeps no other from running: Lane counts those
// that do run.
func startAllTests() error {
	flag.Parse()
	return flag.Set("test.parallel", strconv.Itoa(1<<16))
}
