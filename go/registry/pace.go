package registry

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/rules-strata/rules_strata/go/netretry"
)

// How long to wait before another try.
const (
	firstDelay = 200 * time.Millisecond
	maxDelay   = 10 * time.Second
	maxTries   = 5
)

// pace holds back requests to hosts that have failed: what one request learns,
// all heed.
type pace struct {
	sleep  func(ctx context.Context, d time.Duration) error
	now    func() time.Time
	jitter func() float64 // in [0, 1)

	mu    sync.Mutex
	until map[string]time.Time
}

func newPace(sleep func(context.Context, time.Duration) error) *pace {
	if sleep == nil {
		sleep = func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return &pace{sleep: sleep, now: time.Now, jitter: rand.Float64, until: map[string]time.Time{}}
}

// wait returns when the host may be asked again.
func (p *pace) wait(ctx context.Context, host string) error {
	p.mu.Lock()
	d := p.until[host].Sub(p.now())
	p.mu.Unlock()
	if d <= 0 {
		return nil
	}
	return p.sleep(ctx, d)
}

// failed says that a try at the host failed, the first, second... in a row.
// resp is nil where there was no answer.
func (p *pace) failed(host string, try int, resp *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var d time.Duration
	var asked bool
	if resp != nil {
		d, asked = netretry.After(resp.Header, p.now())
	}
	if !asked {
		d = firstDelay << min(try-1, 10)
		d = min(maxDelay, d*3/4+time.Duration(p.jitter()*float64(d)/2))
	}
	if t := p.now().Add(d); t.After(p.until[host]) {
		p.until[host] = t
	}
}
