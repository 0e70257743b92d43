package registry

import (
	"context"
	"sync"

	"github.com/rules-strata/rules_strata/go/progress"
)

// outcome is what became of a blob.
type outcome int

const (
	sent outcome = iota
	mounted
	present
)

// sending is a blob on its way to a registry, over all the tries that it takes.
type sending struct {
	begin func() *progress.Item // nil: it is not shown

	mu         sync.Mutex
	item       *progress.Item
	at         int64 // bytes that count as sent
	outcome    outcome
	resumed    bool // the upload was gone on with
	chunks     bool // the registry, or what is before it, did not take it whole
	mismatches int  // how often what was read was wrong
}

type sendingKey struct{}

func withSending(ctx context.Context, s *sending) context.Context {
	return context.WithValue(ctx, sendingKey{}, s)
}

// sendingOf is never nil.
func sendingOf(ctx context.Context) *sending {
	if s, ok := ctx.Value(sendingKey{}).(*sending); ok {
		return s
	}
	return &sending{}
}

// note says that the registry has the blob without all this. If its bytes were
// sent before, it has it from there.
func (s *sending) note(o outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == 0 {
		s.outcome = o
	}
}

// moved says that the first so many bytes are sent, which may be fewer than
// before.
func (s *sending) moved(to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.item == nil && s.begin != nil {
		s.item = s.begin()
	}
	if s.item != nil && to != s.at {
		s.item.Add(to - s.at)
	}
	s.at = to
}

// end says what became of the whole.
func (s *sending) end(err error) (outcome, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.item != nil {
		s.item.End(err)
	}
	return s.outcome, s.at
}

func (s *sending) wasResumed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resumed
}

func (s *sending) resume(at int64) {
	s.mu.Lock()
	s.resumed = s.resumed || at > 0
	s.mu.Unlock()
	s.moved(at)
}

func (s *sending) useChunks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chunks = true
}

func (s *sending) inChunks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chunks
}

func (s *sending) mismatched() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mismatches++
	return s.mismatches
}
