package nixlock_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
)

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(c lab)
		want string // "": no error
	}{
		{"the same", func(lab) {}, ""},
		{"signed anew", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "Sig"), "") }, ""},
		{"no hash of the file", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "FileHash"), "") }, ""},
		{"object is gone", func(c lab) { delete(c.Files, locktest.NARInfo(c.lib)) }, "it does not have this object any more: run nix_lock update"},
		{"file is gone", func(c lab) { delete(c.Files, c.URL(c.lib)) }, "any more: run nix_lock update"},
		{"file was cut", func(c lab) { c.Files[c.URL(c.lib)] = []byte("x") }, "has 1 bytes, want 1"},
		{"another NAR", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "NarHash"), c.Line(c.libc, "NarHash")) }, "its nar_hash is not the one in the lock"},
		{"another size", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "NarSize"), "NarSize: 1\n") }, "its nar_size is not"},
		{"other references", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "References"), "References: \n") }, "its references is not"},
		{"another file", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "URL"), c.Line(c.libc, "URL")) }, "its url is not"},
		{"another compression", func(c lab) { c.Edit(c.lib, "Compression: zstd", "Compression: xz") }, "its compression is not"},
		{"another hash of the file", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "FileHash"), c.Line(c.libc, "FileHash")) }, "its file_hash is not"},
		{"another size of the file", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "FileSize"), "FileSize: 1\n") }, "its file_size is not"},
		{"content address", func(c lab) { c.Edit(c.lib, "Sig: ", "CA: text:sha256:x\nSig: ") }, "its content_address is not"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newLab()
			url := c.Serve(t).URL
			l := c.lock(url)
			r := newResolver(t)
			if err := r.Add(context.Background(), l, packages(c.app)); err != nil {
				t.Fatal(err)
			}
			test.edit(c)
			var last nixlock.Progress
			r.Progress = func(p nixlock.Progress) { last = p }
			err := r.Compare(context.Background(), l)
			if last.Done != 3 || last.Known != 3 {
				t.Errorf("progress %+v", last)
			}
			if test.want != "" {
				wantError(t, err, "cache "+url+": "+string(c.lib), test.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCompareWithoutServer(t *testing.T) {
	c := newLab()
	server := c.Serve(t)
	l := c.lock(server.URL)
	r := newResolver(t)
	if err := r.Add(context.Background(), l, packages(c.app)); err != nil {
		t.Fatal(err)
	}
	server.SetFault(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(403)
		return true
	})
	wantError(t, r.Compare(context.Background(), l), server.URL, "403 Forbidden")
}
