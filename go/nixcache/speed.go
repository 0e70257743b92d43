package nixcache

import (
	"fmt"
	"time"
)

// A server that sends fewer than minSpeed bytes a second over a window is too
// slow.
const (
	minSpeed    = 1 << 10
	speedWindow = 30 * time.Second
)

// speed measures how fast a server sends. The time in which nobody waits for it
// does not count.
type speed struct {
	now    func() time.Time
	waited time.Duration // in this window
	bytes  int64         // in this window
}

// add counts the bytes for which somebody waited. It fails at the end of a
// window in which too few came.
func (s *speed) add(n int, waited time.Duration) error {
	s.bytes += int64(n)
	s.waited += waited
	if s.waited < speedWindow {
		return nil
	}
	tooFew := float64(s.bytes) < minSpeed*s.waited.Seconds()
	s.waited, s.bytes = 0, 0
	if tooFew {
		return fmt.Errorf("slower than %d bytes a second for %s", minSpeed, speedWindow)
	}
	return nil
}
