package imagefile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/store"
)

// unsorted are names that are not UTF-8 and in another order in a layer than in a
// NAR: U+10000 comes after U+DCFF.
var unsorted = []string{"\xf0\x90\x80\x80", "\xff\xf0\x90\x80\x80", "\xff\xff"}

// TestLazyNAROrder: a NAR whose contents are not in the order of the entries is
// read once, too.
func TestLazyNAROrder(t *testing.T) {
	l := newLazyTree(t)
	texts := map[string]string{unsorted[0]: strings.Repeat("1", 2<<20), unsorted[1]: "2\n", unsorted[2]: "3\n"}
	l.addNAR(t, app, unsorted, texts)
	o, err := l.sources(t, WithBlobs(l.storage)).open(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, e := range o.Entries()[1:] {
		r, err := o.OpenFile(&e)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(r); err != nil || string(data) != texts[e.Path] {
			t.Errorf("%q: %d bytes, %v", e.Path, len(data), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		order = append(order, e.Path)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if !slices.Equal(order, []string{unsorted[2], unsorted[1], unsorted[0]}) {
		t.Errorf("order %q", order)
	}
	if got := l.storage.asked(); len(got) != 1 || l.storage.now != 0 {
		t.Errorf("read %q, %d are open: want one read of the NAR", got, l.storage.now)
	}
}

// TestLazyNARAgain: contents that are asked for in another order than that of the
// entries are right, too.
func TestLazyNARAgain(t *testing.T) {
	l := newLazyTree(t)
	texts := map[string]string{"a": "1\n", "b": strings.Repeat("2", 2<<20), "c": "3\n"}
	l.addNAR(t, app, []string{"a", "b", "c"}, texts)
	o, err := l.sources(t, WithBlobs(l.storage)).open(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	first, err := o.OpenFile(&o.Entries()[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 1, 2, 2} {
		e := &o.Entries()[n]
		r, err := o.OpenFile(e)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(r); err != nil || string(data) != texts[e.Path] {
			t.Errorf("%q: %d bytes, %v", e.Path, len(data), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if data, err := io.ReadAll(first); err != nil || string(data) != texts["a"] {
		t.Errorf("%q, %v", data, err)
	}
	if err := errors.Join(first.Close(), o.Close()); err != nil {
		t.Error(err)
	}
	if l.storage.now != 0 {
		t.Errorf("%d blobs are still open", l.storage.now)
	}
}

// TestLazyNARsTogether: a layer may have more objects than a cache reads at once.
func TestLazyNARsTogether(t *testing.T) {
	for name, names := range map[string][]string{"sorted": {"a", "b", "c"}, "unsorted": unsorted} {
		t.Run(name, func(t *testing.T) {
			l := newLazyTree(t)
			l.storage.slots = make(chan struct{}, 16)
			var paths []store.Path
			for n := range cap(l.storage.slots) + 1 {
				path := store.Path(fmt.Sprintf("/nix/store/%032d-object", n))
				l.addNAR(t, path, names, map[string]string{names[0]: fmt.Sprint(n), names[1]: "", names[2]: "3\n"})
				paths = append(paths, path)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if _, err := layerOf(ctx, l.sources(t, WithBlobs(l.storage)), paths...); err != nil {
				t.Error(err)
			}
			if got := l.storage.asked(); len(got) != len(paths) {
				t.Errorf("%d reads of %d NARs", len(got), len(paths))
			}
		})
	}
}

// TestLazyNARChecked: other bytes than those of the digest are an error also where
// there is no diff ID to compare with, as in a run whose files have its time.
func TestLazyNARChecked(t *testing.T) {
	for name, names := range map[string][]string{"sorted": {"a", "b", "c"}, "unsorted": unsorted} {
		for at := range names {
			t.Run(fmt.Sprint(name, at), func(t *testing.T) {
				l := newLazyTree(t)
				texts := map[string]string{names[0]: "first", names[1]: strings.Repeat("2", 2<<20), names[2]: "third"}
				l.addNAR(t, app, names, texts)
				for hash, data := range l.storage.blobs {
					text := texts[names[at]]
					l.storage.wrong = map[string][]byte{hash: bytes.Replace(data, []byte(text), []byte("X"+text[1:]), 1)}
				}
				err := l.imageOf(t, app).setMTime(t.Context(), time.Unix(1_700_000_000, 0))
				if !errors.Is(err, errWrong) || !strings.Contains(err.Error(), "object.nar of //:app") {
					t.Errorf("got %v, want that it is another NAR, and its target", err)
				}
			})
		}
	}
}
