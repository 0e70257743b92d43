package nixlock_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
)

func readGolden(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.lock.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A lock that was edited by hand: the errors of Read.
func TestReadErrors(t *testing.T) {
	app, lib, libc := string(locktest.Path("app-1.0")), string(locktest.Path("lib-1.0")), string(locktest.Path("libc-2.36"))
	for _, test := range []struct {
		name     string
		old, new string // old "" stands for the whole file
		all      bool   // every place
		want     []string
	}{
		{name: "empty", new: "", want: []string{"line 1: truncated"}},
		{name: "not JSON", new: "hello\n", want: []string{"line 1: invalid character"}},
		{name: "no object", new: "[]", want: []string{"not a lock of Nix packages"}},
		{name: "other JSON", new: `{"version": 1}`, want: []string{"not a lock of Nix packages"}},
		{name: "merge conflict", old: "  \"packages\"", new: "<<<<<<< HEAD\n  \"packages\"", want: []string{"line ", "invalid character '<'"}},
		{name: "version", old: `"version": 1`, new: `"version": 2`, want: []string{"version 2, want 1", "another release"}},
		{name: "version is text", old: `"version": 1`, new: `"version": "1"`, want: []string{"version: want a whole number, got 1"}},
		{name: "two values", old: "\"version\": 1\n}", new: "\"version\": 1\n}{}", want: []string{"something follows"}},
		{name: "unknown field", old: `"store_dir"`, new: `"comment": "x", "store_dir"`, want: []string{`unknown field "comment"`}},
		{name: "field in capitals", old: `"store_dir"`, new: `"Store_dir"`, want: []string{`the field "store_dir" is missing`}},
		{name: "twice", old: `"version": 1`, new: `"version": 1, "version": 1`, want: []string{`"version" is there twice`}},
		{name: "deep", old: `"version": 1`, new: `"version": ` + strings.Repeat("[", 20) + strings.Repeat("]", 20), want: []string{"nested deeper than 8"}},
		{name: "store directory", old: `"store_dir": "/nix/store"`, new: `"store_dir": "/nix/store/"`, want: []string{"store_dir:", "want an absolute path"}},
		{name: "other store directory", old: `"store_dir": "/nix/store"`, new: `"store_dir": "/gnu/store"`, want: []string{"objects: /nix/store/", "not in the store directory /gnu/store"}},
		{name: "key", old: `"lab-1:`, new: `"lab-1:AA`, want: []string{"trusted_public_keys: public key \"lab-1\""}, all: true},
		{name: "cache is no URL", old: `"https://cache.example.org"`, new: `"cache.example.org"`, want: []string{"caches:", "want https://"}, all: true},
		{name: "cache with a password", old: `"https://cache.example.org"`, new: `"https://u:p@cache.example.org"`, want: []string{"caches:", "has a login in it"}, all: true},
		{name: "cache of an object", old: `"cache": "https://cache.example.org"`, new: `"cache": "https://evil.example.org"`,
			want: []string{"objects: " + lib + ": cache: \"https://evil.example.org\" is not one of the caches: https://cache.example.org"}},
		{name: "no caches", old: "\"caches\": [\n    \"https://cache.example.org\"\n  ]", new: `"caches": []`, want: []string{"caches: there is none"}},
		{name: "cache twice", old: "\"caches\": [", new: `"caches": ["https://cache.example.org",`, want: []string{"caches: https://cache.example.org is there twice"}},
		{name: "compression", old: `"compression": "zstd"`, new: `"compression": "lz4"`, want: []string{lib + `: compression: "lz4", want one of xz, zstd`}},
		{name: "hash of another kind", old: `"file_hash": "sha256-`, new: `"file_hash": "sha512-`, want: []string{lib + ": file_hash:", `"sha512" is not supported`}},
		{name: "hash in another form", old: `"nar_hash": "sha256-6ikCGYYEN9RUvmfxMRnsZg5AkoVPfOXzJMD/uNWRxCc="`, new: `"nar_hash": "sha256:6ikCGYYEN9RUvmfxMRnsZg5AkoVPfOXzJMD/uNWRxCc="`,
			want: []string{lib + ": nar_hash:", "want \"sha256-6ikC"}},
		{name: "hash is no text", old: `"nar_hash": "sha256-6ikCGYYEN9RUvmfxMRnsZg5AkoVPfOXzJMD/uNWRxCc="`, new: `"nar_hash": null`, want: []string{lib + ": nar_hash: want a string, got nothing"}},
		{name: "size is text", old: `"nar_size": 136`, new: `"nar_size": "136"`, want: []string{lib + ": nar_size: want a whole number, got 136"}},
		{name: "size is broken", old: `"nar_size": 136`, new: `"nar_size": 1.5`, want: []string{lib + ": nar_size: want a whole number, got 1.5"}},
		{name: "size is negative", old: `"nar_size": 136`, new: `"nar_size": -1`, want: []string{lib + ": nar_size: -1, want a number of bytes"}},
		{name: "size is too large", old: `"nar_size": 136`, new: `"nar_size": 9223372036854775808`, want: []string{lib + ": nar_size: want a whole number"}},
		{name: "field is missing", old: `"nar_size": 136,`, new: ``, want: []string{lib + `: the field "nar_size" is missing`}},
		{name: "field is unknown", old: `"nar_size": 136,`, new: `"nar_size": 136, "deriver": "x",`, want: []string{lib + `: unknown field "deriver"`}},
		{name: "signature", old: `"lab-1:9A5v`, new: `"lab-1 9A5v`, want: []string{lib + ": signatures: signature"}},
		{name: "file outside of the cache", old: `"url": "nar/`, new: `"url": "../nar/`, want: []string{lib + ": url:", "want a path in the cache"}},
		{name: "file of this machine", old: `"url": "nar/`, new: `"url": "file:///nar/`, want: []string{lib + ": url:", "want a path in the cache"}},
		{name: "store path", old: `"` + lib + `": {`, new: `"` + lib + `/x": {`, want: []string{"objects: " + lib + "/x:", "not a store path"}},
		{name: "reference to nothing", old: `"` + libc + `": {`, new: `"` + strings.Replace(libc, "libc", "libd", 1) + `": {`,
			want: []string{": references: " + libc + " is not one of the objects: run nix_lock update"}},
		{name: "references are no list", old: `"references": []`, new: `"references": ""`, want: []string{"references: want a list, got "}},
		{name: "references are no texts", old: `"references": []`, new: `"references": [1]`, want: []string{"references: want a string, got 1"}},
		{name: "reference twice", old: `"references": []`, new: `"references": ["` + lib + `", "` + lib + `"]`, want: []string{"references: " + lib + " is not in its order, or there twice"}},
		{name: "package of nothing", old: `"any": "` + lib + `"`, new: `"any": "` + lib + `x"`, want: []string{"packages: other: any: " + lib + "x is not one of the objects"}},
		{name: "system", old: `"any": "` + lib + `"`, new: `"X86": "` + lib + `"`, want: []string{`packages: other: "X86" is not a system that packages are locked for`, "aarch64-darwin, aarch64-linux, any, x86_64-darwin, x86_64-linux"}},
		{name: "system that Bazel has no word for", old: `"any": "` + lib + `"`, new: `"i686-linux": "` + lib + `"`, want: []string{`packages: other: "i686-linux" is not a system`}},
		{name: "any and a system", old: `"any": "` + lib + `"`, new: `"any": "` + lib + `", "x86_64-linux": "` + lib + `"`,
			want: []string{`packages: other: "any" stands alone, and the systems are any, x86_64-linux: lock it again with --system`}},
		{name: "schema is no text", old: `"store_dir"`, new: `"$schema": 1, "store_dir"`, want: []string{"$schema: want a string, got 1"}},
		{name: "circle", old: "[\n        \"" + libc + "\"\n      ]", new: `["` + lib + `", "` + libc + `"]`, all: true, want: []string{"objects: these refer to one another in a circle: ", lib, libc}},
		{name: "no system", old: "\"any\": \"" + lib + "\"", new: ``, want: []string{"packages: other: it has no system"}},
		{name: "package's name", old: `"other": {`, new: `"a/b": {`, want: []string{`packages: a/b: "a/b" is not a package's name`}},
		{name: "the name of all packages", old: `"other": {`, new: `"closure": {`, want: []string{"it stands for all packages"}},
		{name: "package is no object", old: `"other": {`, new: `"x": "` + app + `", "other": {`, want: []string{"packages: x: want an object, got " + app}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := test.new
			if test.old != "" {
				data = readGolden(t)
				if !strings.Contains(data, test.old) {
					t.Fatalf("the golden lock has no %q", test.old)
				}
				n := 1
				if test.all {
					n = -1
				}
				data = strings.Replace(data, test.old, test.new, n)
			}
			file := filepath.Join(t.TempDir(), "nix.lock.json")
			if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := nixlock.Read(file)
			wantError(t, err, append(test.want, file+": ")...)
		})
	}
}

// What Read cannot see, because the lock is whole.
func TestVerifyErrors(t *testing.T) {
	lib := string(locktest.Path("lib-1.0"))
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{"hash", "sha256-6ikC", "sha256-6ikD", []string{lib, "cache https://cache.example.org", `the signature by "lab-1" does not match`}},
		{"signature", `"lab-1:9A5v`, `"lab-1:9A5w`, []string{lib, `the signature by "lab-1" does not match`}},
		{"key", `"lab-1:CjV1`, `"lab-2:CjV1`, []string{lib, `signed by "lab-1", trusted are "lab-2"`}},
		{"content address", "text:sha256:0f3g", "text:sha256:0f3h", []string{"-settings", "makes another store path"}},
		{"size", `"nar_size": 136`, `"nar_size": 137`, []string{lib, "does not match"}},
		{"not needed", `"any": "/nix/store/6xj5s7cywzkyd9vg2f8asfpsf8hlhp3d-settings"`, `"any": "` + lib + `"`, []string{"-settings: no package needs this object: run nix_lock update"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := readGolden(t)
			if !strings.Contains(data, test.old) {
				t.Fatalf("the golden lock has no %q", test.old)
			}
			l, err := nixlock.Parse([]byte(strings.Replace(data, test.old, test.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			wantError(t, l.Verify(), test.want...)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(readGolden(f)))
	f.Add([]byte(`{"caches":["file:///x"],"objects":{},"packages":{},"store_dir":"/nix/store","trusted_public_keys":[],"version":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := nixlock.Parse(data)
		if err != nil {
			return
		}
		once := marshal(t, l)
		again, err := nixlock.Parse(once)
		if err != nil {
			t.Fatalf("%v in what was written", err)
		}
		if !bytes.Equal(once, marshal(t, again)) {
			t.Error("it is written in another way the second time")
		}
	})
}
