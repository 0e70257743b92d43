package netretry

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// steps is a body that has a byte after each of the times, and then its end or
// that of the request.
type steps struct {
	ctx   context.Context
	times []time.Duration
}

func (s *steps) Read(p []byte) (int, error) {
	if len(s.times) == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(s.times[0]):
		s.times = s.times[1:]
		p[0] = 'x'
		return 1, nil
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

func (s *steps) Close() error { return nil }

// TestBody: a body may take as long as it likes, and whoever reads it, too. It
// may not stop.
func TestBody(t *testing.T) {
	const step = time.Second
	for _, test := range []struct {
		name  string
		stall time.Duration
		times []time.Duration
		want  string
		late  bool
	}{
		{"slow", 3 * step, []time.Duration{step, step, step, step, step}, "xxxxx", false},
		{"stalls", step, []time.Duration{0, time.Hour}, "x", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stall := &TimeoutError{"no progress", test.stall}
				ctx, cancel := context.WithCancelCause(t.Context())
				body := Body(ctx, cancel, &steps{ctx, test.times}, stall)
				first := make([]byte, 1)
				if _, err := io.ReadFull(body, first); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * test.stall)
				if ctx.Err() != nil {
					t.Errorf("%v though nobody reads", context.Cause(ctx))
				}
				rest, err := io.ReadAll(body)
				var want error
				if test.late {
					want = stall
				}
				if got := string(first) + string(rest); got != test.want || err != want {
					t.Errorf("%q, %v, want %q, %v", got, err, test.want, want)
				}
				if err := body.Close(); err != nil || ctx.Err() == nil {
					t.Errorf("closed: %v, the request: %v", err, ctx.Err())
				}
			})
		})
	}
}

func TestTimeoutError(t *testing.T) {
	err := &TimeoutError{"no answer", time.Minute}
	if want := "no answer for 1m0s"; err.Error() != want || !err.Timeout() {
		t.Errorf("%v, want %s", err, want)
	}
}
