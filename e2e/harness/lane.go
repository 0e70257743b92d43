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
// lane run one after another, in the order in which they would without lanes:
// they share a workspace, which some of them edit, and the names of images. A
// lane has Docker daemons of its own. A test that shares nothing names no lane
// and has one for itself.
//
// It is the first thing that a test does. As many tests run as there are CPUs.
func Lane(t *testing.T, name ...string) {
	t.Helper()
	turn, done := lanes.add(t.Name(), strings.Join(name, ""))
	t.Cleanup(done)
	t.Parallel()
	<-turn
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
var lanes = laneSet{last: map[string]chan struct{}{}, names: map[string]string{}}

type laneSet struct {
	mu sync.Mutex
	// last is closed when the last test that was added to a lane is done.
	last map[string]chan struct{}
	// names are the lanes of tests, by the tests' names.
	names map[string]string
}

// add gives a test its place in a lane: its turn has come when turn is closed.
func (s *laneSet) add(test, name string) (turn <-chan struct{}, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" {
		name = test
	}
	s.names[test] = name
	before, mine := s.last[name], make(chan struct{})
	if before == nil {
		before = make(chan struct{})
		close(before)
	}
	s.last[name] = mine
	return before, func() { close(mine) }
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
