package podman

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// TestStuckService: a service that hangs, pings included, is told from one that
// works.
func TestStuckService(t *testing.T) {
	for _, step := range []string{"inspect", "load", "tag"} {
		t.Run(step, func(t *testing.T) {
			f := startFake(t)
			end := make(chan struct{})
			t.Cleanup(func() { close(end) })
			stuck := false
			f.reset(func(_ http.ResponseWriter, _ *http.Request, call string) bool {
				f.mu.Lock()
				stuck = stuck || shorten([]string{call}) == step
				hangs := stuck
				f.mu.Unlock()
				if hangs {
					<-end
				}
				return hangs
			})
			dog := f.engine.http.Transport.(*endpoint.Watchdog)
			dog.Patience, dog.PingTimeout, dog.MaxStalls = 5*time.Millisecond, 5*time.Millisecond, 1<<20
			img := testimage.New(t, 1<<20, testimage.Seeds(1, 3), "hello:1")
			_, err := f.engine.Load(background, img, progress.New(nil))
			wantError(t, err, "load an image: ", "the Podman service at unix://"+f.socket+" (from the test) is stuck: it ", "a ping", "restart it")
			var typed *endpoint.StuckError
			if !errors.As(err, &typed) {
				t.Errorf("got %#v", err)
			}
			if id := f.named("localhost/hello:1"); id != "" {
				t.Errorf("the name is %s", id)
			}
		})
	}
}

// TestSlowService: a service may take its time to unpack what came, as long as
// it answers pings.
func TestSlowService(t *testing.T) {
	f := startFake(t)
	pings := make(chan struct{}, 1000)
	f.reset(func(w http.ResponseWriter, r *http.Request, call string) bool {
		switch {
		case strings.HasSuffix(call, "/_ping"):
			pings <- struct{}{}
			return true
		case shorten([]string{call}) == "load":
			f.load(w, r.Body)
			for range 3 {
				<-pings
			}
			return true
		}
		return false
	})
	dog := f.engine.http.Transport.(*endpoint.Watchdog)
	dog.Patience, dog.MaxStalls = 5*time.Millisecond, 1<<20
	img := testimage.New(t, 1<<20, testimage.Seeds(1, 3), "hello:1")
	if _, err := f.engine.Load(background, img, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
}
