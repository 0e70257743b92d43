package daemon

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// stuckAt is a daemon that hangs, pings included, from a request on whose path
// ends so.
type stuckAt struct {
	http.Handler
	suffix string
	stuck  atomic.Bool
	end    chan struct{}
}

func (s *stuckAt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, s.suffix) {
		s.stuck.Store(true)
	}
	if s.stuck.Load() {
		<-s.end
		return
	}
	s.Handler.ServeHTTP(w, r)
}

// startStuck starts a daemon whose client loses patience fast.
func startStuck(t *testing.T, handler http.Handler, suffix string) *fake {
	t.Helper()
	s := &stuckAt{Handler: handler, suffix: suffix, end: make(chan struct{})}
	f := startFakeServer(t, s)
	t.Cleanup(func() { close(s.end) })
	dog := f.client.http.Transport.(*endpoint.Watchdog)
	dog.Patience, dog.PingTimeout, dog.MaxStalls = 5*time.Millisecond, 5*time.Millisecond, 1<<20
	return f
}

// TestStuckDaemon: a daemon that hangs is told from one that works.
func TestStuckDaemon(t *testing.T) {
	for _, suffix := range []string{"/_ping", "/hello:1/json", "/info", "/load", "/tag"} {
		t.Run(suffix, func(t *testing.T) {
			s := startStore(t, classicStore, "1.51")
			f := startStuck(t, s, suffix)
			// More than the buffers of a socket take.
			img := testimage.New(t, 1<<20, testimage.Seeds(1, 3), "hello:1")
			_, err := f.client.LoadMissing(background, img, progress.New(nil))
			wantError(t, err, "load an image: ", "the Docker daemon at unix://"+f.socket+" is stuck: it ", "a ping", "`docker version`", "restart it")
			var stuck *endpoint.StuckError
			if !errors.As(err, &stuck) {
				t.Errorf("got %#v", err)
			}
			if id, _ := s.find("hello:1"); id != "" {
				t.Errorf("the name is %s", id)
			}
		})
	}
}

// TestSlowDaemon: a daemon may take its time after the last byte, as long as it
// is alive.
func TestSlowDaemon(t *testing.T) {
	s := startStore(t, classicStore, "1.51")
	pings := make(chan struct{}, 1000)
	f := startFakeServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_ping") {
			pings <- struct{}{}
		}
		if strings.HasSuffix(r.URL.Path, "/load") {
			defer func() {
				for range 4 { // the first was there before
					<-pings
				}
			}()
		}
		s.ServeHTTP(w, r)
	}))
	dog := f.client.http.Transport.(*endpoint.Watchdog)
	dog.Patience, dog.MaxStalls = 5*time.Millisecond, 1<<20
	img := testimage.New(t, 1<<20, testimage.Seeds(1, 3), "hello:1")
	if _, err := f.client.LoadMissing(background, img, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	checkLoaded(t, s, img)
}

// TestLongRun: nobody looks whether the daemon is alive while a command runs. It
// may run longer than the network works.
func TestLongRun(t *testing.T) {
	var pings atomic.Int32
	handlers := container("", 4, map[string]http.HandlerFunc{
		waitPath: func(w http.ResponseWriter, r *http.Request) {
			before := pings.Load()
			time.Sleep(50 * time.Millisecond)
			if pings.Load() != before {
				t.Error("it was looked for")
			}
			reply(200, `{"StatusCode":4}`)(w, r)
		},
	})
	handlers["GET /_ping"] = func(w http.ResponseWriter, _ *http.Request) {
		pings.Add(1)
		w.Header().Set("Api-Version", "1.41")
	}
	f := startFake(t, handlers)
	f.client.http.Transport.(*endpoint.Watchdog).Patience = 5 * time.Millisecond
	if code, err := f.client.Run(background, RunOptions{Image: "x"}); code != 4 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
}
