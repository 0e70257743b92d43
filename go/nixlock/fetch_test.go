package nixlock_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

func TestFetch(t *testing.T) {
	content := locktest.NAR("content of lib-1.0")
	for _, test := range []struct {
		name  string
		urls  func(url, none string) []string
		edit  func(c lab, info *narinfo.NARInfo)
		fault func(w http.ResponseWriter, n int) bool
		want  []string // none: it works
	}{
		{name: "plain"},
		{name: "second mirror", urls: func(url, none string) []string { return []string{none, url} }},
		{name: "no hash of the file", edit: func(c lab, info *narinfo.NARInfo) { info.FileHash = narinfo.Hash{} }},
		{name: "500 then ok", fault: func(w http.ResponseWriter, n int) bool {
			if n == 1 {
				w.WriteHeader(500)
			}
			return n == 1
		}},
		{name: "wrong bytes once", fault: func(w http.ResponseWriter, n int) bool {
			if n == 1 {
				w.Write(locktest.Compress(locktest.NAR("something else")))
			}
			return n == 1
		}},
		{name: "wrong bytes", edit: func(c lab, _ *narinfo.NARInfo) { c.Files[c.URL(c.lib)] = c.Files[c.URL(c.libc)] },
			want: []string{"NAR", "want"}},
		{name: "wrong hash of the file", edit: func(c lab, info *narinfo.NARInfo) { info.FileHash = info.NARHash }, want: []string{"file hash is sha256-", ", want sha256-"}},
		{name: "wrong hash of the NAR", edit: func(c lab, info *narinfo.NARInfo) {
			info.NARHash = info.FileHash
		}, want: []string{"does not match"}},
		{name: "not compressed so", edit: func(c lab, info *narinfo.NARInfo) { info.Compression = "xz" }, want: []string{"compressed with zstd, want xz"}},
		{name: "not signed", edit: func(c lab, info *narinfo.NARInfo) { info.Signatures = nil }, want: []string{"not signed", `trusted are "lab-1"`}},
		{name: "nowhere", urls: func(url, none string) []string { return []string{none, none + "2"} }, want: []string{"/none: not found", "/none2: not found"}},
		{name: "cut", edit: func(c lab, _ *narinfo.NARInfo) { c.Files[c.URL(c.lib)] = c.Files[c.URL(c.lib)][:30] }, want: []string{"truncated"}},
		{name: "no URL of a cache", urls: func(url, none string) []string { return []string{"nar/x"} }, want: []string{"want https://, http:// or file://"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newLab()
			info, err := narinfo.Parse(store.DefaultDir, c.Files[locktest.NARInfo(c.lib)])
			if err != nil {
				t.Fatal(err)
			}
			server := c.Serve(t)
			if test.fault != nil {
				server.SetFault(func(w http.ResponseWriter, _ *http.Request, n int) bool { return test.fault(w, n) })
			}
			urls := []string{server.URL + "/" + c.URL(c.lib)}
			if test.urls != nil {
				urls = test.urls(urls[0], server.URL+"/none")
			}
			if test.edit != nil {
				test.edit(c, info)
			}
			folder := t.TempDir()
			out := filepath.Join(folder, "lib.nar")
			err = nixlock.Fetch(context.Background(), newResolver(t).Client, urls, out, info, []narinfo.PublicKey{c.Key})
			if len(test.want) > 0 {
				wantError(t, err, append(test.want, string(c.lib))...)
				if left, _ := os.ReadDir(folder); len(left) > 0 {
					t.Errorf("it left %s", left[0].Name())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, content) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
