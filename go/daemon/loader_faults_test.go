package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// TestLoadMissingFaults lets each request of each load go wrong in every way:
// no name may mean a broken image, and the next load repairs all.
func TestLoadMissingFaults(t *testing.T) {
	for _, kind := range []storeKind{classicStore, containerdStore, podmanStore} {
		for kindOfFault, f := range faults {
			for _, stays := range []bool{false, true} {
				t.Run(fmt.Sprintf("store %d %s, for ever %v", kind, kindOfFault, stays), func(t *testing.T) {
					t.Parallel()
					for at := 1; at <= 10; at++ {
						testFault(t, kind, f, at, stays)
					}
				})
			}
		}
	}
}

// testFault has request number at go wrong, and all after it if it stays.
func testFault(t *testing.T, kind storeKind, f fault, at int, stays bool) {
	t.Helper()
	s := startStore(t, kind, "1.51")
	old := testimage.New(t, small, testimage.Seeds(0, 4), "hello:1", "hello:2")
	if _, err := s.client.LoadMissing(background, old, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	img := testimage.New(t, small, append([]int{0}, testimage.Seeds(50, 10)...), "hello:1", "hello:3")
	oldID, newID := idIn(t, s, old), idIn(t, s, img)
	s.begin(func(request int) fault {
		if request == at || stays && request > at {
			return f
		}
		return noFault
	})
	_, err := s.client.LoadMissing(background, img, progress.New(nil))
	s.check(t)
	if id, _ := s.find("hello:1"); id != oldID && id != newID || id == oldID && err == nil {
		t.Errorf("fault at request %d: hello:1 is %s, error %v", at, id, err)
	}
	s.begin(nil)
	if _, err := s.client.LoadMissing(background, img, progress.New(nil)); err != nil {
		t.Errorf("fault at request %d, the next load: %v", at, err)
	}
	s.check(t)
	if id, _ := s.find("hello:1"); id != newID {
		t.Errorf("fault at request %d, the next load: hello:1 is %s", at, id)
	}
}

// TestLoadMissingCancelled ends loads at any byte of the archive.
func TestLoadMissingCancelled(t *testing.T) {
	for _, kind := range []storeKind{classicStore, containerdStore} {
		for _, after := range []int64{0, 1, 600, 5000, small * 2, small*4 + 100} {
			s := startStore(t, kind, "1.51")
			if _, err := s.client.LoadMissing(background, testimage.New(t, small, testimage.Seeds(0, 6), "hello"), progress.New(nil)); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(background)
			img := testimage.New(t, small, []int{0, 1, 72, 73, 74, 75, 76}, "hello")
			var written int64
			for i, l := range img.Layers {
				img.Layers[i].Write = func(ctx context.Context, w io.Writer) error {
					if written += l.Size; written > after {
						cancel()
					}
					return l.Write(ctx, w)
				}
			}
			if _, err := s.client.LoadMissing(ctx, img, progress.New(nil)); !errors.Is(err, context.Canceled) {
				t.Errorf("after %d bytes: %v", after, err)
			}
			cancel()
			s.check(t)
			if _, err := s.client.LoadMissing(background, img, progress.New(nil)); err != nil {
				t.Errorf("after %d bytes, the next load: %v", after, err)
			}
			checkLoaded(t, s, img)
		}
	}
}

// TestLoadMissingCancelledAtAnyRequest ends loads while the daemon works.
func TestLoadMissingCancelledAtAnyRequest(t *testing.T) {
	for i := range 36 {
		kind, at, names := []storeKind{classicStore, containerdStore}[i%2], 1+i/2%9, []string{"hello"}[i/18:]
		s := startStore(t, kind, "1.51")
		if _, err := s.client.LoadMissing(background, testimage.New(t, small, testimage.Seeds(0, 9), "hello"), nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(background)
		s.begin(func(request int) fault {
			if request == at {
				cancel()
			}
			return noFault
		})
		img := testimage.New(t, small, append([]int{0}, testimage.Seeds(50, 10)...), names...)
		loaded, err := s.client.LoadMissing(ctx, img, nil)
		_, requests := s.sent()
		if err == nil && loaded.ID != idIn(t, s, img) || err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("store %d, cancelled at request %d: loaded %+v, %v", kind, at, loaded, err)
		}
		if err == nil && at < requests {
			t.Errorf("store %d, cancelled at request %d of %d: no error", kind, at, requests)
		}
		cancel()
		s.check(t)
		s.begin(nil)
		if _, err := s.client.LoadMissing(background, img, nil); err != nil {
			t.Errorf("store %d, cancelled at request %d, the next load: %v", kind, at, err)
		}
		checkLoaded(t, s, img)
	}
}

func TestLoadMissingTellsThatTheDaemonWentAway(t *testing.T) {
	for kindOfFault, f := range faults {
		s := startStore(t, classicStore, "1.51")
		s.begin(func(request int) fault {
			if request >= 4 {
				return f
			}
			return noFault
		})
		_, err := s.client.LoadMissing(background, testimage.New(t, 1<<20, testimage.Seeds(0, 3), "hello"), progress.New(nil))
		if f == serverError {
			wantError(t, err, "something broke")
			continue
		}
		t.Log(kindOfFault)
		wantError(t, err, s.socket, "went away during the load", "load again when it runs")
	}
}
