package registry

import (
	"context"
	"net/http"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var waited time.Duration
	jitter := 0.5
	p := newPace(func(_ context.Context, d time.Duration) error { waited = d; return nil })
	p.now = func() time.Time { return now }
	p.jitter = func() float64 { return jitter }
	after := func(try int, headers ...string) time.Duration {
		t.Helper()
		waited = 0
		p.until = map[string]time.Time{}
		var resp *http.Response
		if len(headers) > 0 {
			resp = &http.Response{Header: http.Header{headers[0]: headers[1:]}}
		}
		p.failed("a", try, resp)
		if err := p.wait(context.Background(), "a"); err != nil {
			t.Fatal(err)
		}
		return waited
	}
	for _, tc := range []struct {
		name    string
		try     int
		headers []string
		jitter  float64
		want    time.Duration
	}{
		{"first", 1, nil, 0.5, 200 * time.Millisecond},
		{"second", 2, nil, 0.5, 400 * time.Millisecond},
		{"fifth", 5, nil, 0.5, 3200 * time.Millisecond},
		{"capped", 9, nil, 0.5, 10 * time.Second},
		{"far", 1000, nil, 0.5, 10 * time.Second},
		{"least", 1, nil, 0, 150 * time.Millisecond},
		{"most", 1, nil, 1, 250 * time.Millisecond},
		{"Retry-After", 1, []string{"Retry-After", "7"}, 0.5, 7 * time.Second},
		{"Retry-After too long", 1, []string{"Retry-After", "3600"}, 0.5, time.Minute},
		{"Retry-After date", 1, []string{"Retry-After", "Thu, 01 Jan 2026 00:00:09 GMT"}, 0.5, 9 * time.Second},
		{"Retry-After past", 1, []string{"Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT"}, 0.5, 0},
		{"Retry-After junk", 1, []string{"Retry-After", "soon"}, 0.5, 200 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			jitter = tc.jitter
			if got := after(tc.try, tc.headers...); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}

	after(3)
	waited = 0
	if err := p.wait(context.Background(), "b"); err != nil || waited != 0 {
		t.Errorf("another host waited %v, %v", waited, err)
	}
	p.failed("a", 1, nil)
	if err := p.wait(context.Background(), "a"); err != nil || waited < 700*time.Millisecond {
		t.Errorf("a later, shorter wait took the place of a longer one: %v, %v", waited, err)
	}
	now = now.Add(time.Minute)
	waited = 0
	if err := p.wait(context.Background(), "a"); err != nil || waited != 0 {
		t.Errorf("waited %v after the time, %v", waited, err)
	}
}

// TestSleep: a real wait ends with its context.
func TestSleep(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := newPace(nil)
	p.failed("a", 9, nil)
	cancel()
	if err := p.wait(ctx, "a"); err == nil {
		t.Error("no error")
	}
	if err := p.sleep(context.Background(), time.Nanosecond); err != nil {
		t.Error(err)
	}
}
