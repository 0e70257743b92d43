//go:build linux && (amd64 || arm64)

package realroot

import (
	"archive/tar"
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

func hardLink(name, target string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: target, Mode: 0o644}, ""}
}

func device(name string, major, minor int64) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeChar, Mode: 0o600, Devmajor: major, Devminor: minor}, ""}
}

// TestChanges looks at what becomes of the base image's files.
func TestChanges(t *testing.T) {
	base := append(baseOf(t,
		dir("srv/d", 0o755), file("srv/d/a", "a", 0o644), file("srv/d/b", "b", 0o644), dir("srv/d/e", 0o750), file("srv/d/e/f", "f", 0o644),
		file("srv/one", "1", 0o644), hardLink("srv/two", "srv/one"), symlink("srv/l", "one"), device("srv/null", 1, 3).owned(3, 4), dir("srv/gone", 0o755),
	), layerOf(tarOf(t, file("srv/d/late", "late", 0o600).owned(1, 2), file("srv/.wh.gone", "", 0))))
	for _, test := range []struct {
		name, script string
		want         []string
	}{
		{name: "reading", script: "cat /srv/one > /dev/null; ls -lR /srv > /dev/null; test -c /srv/null"},
		{name: "a file that came and went", script: "touch /srv/d/x; rm /srv/d/x; mkdir /srv/y; rmdir /srv/y"},
		{name: "a directory with another time", script: "touch -d @5 /srv/d"},
		{name: "deleted", script: "rm -r /srv/d/e /srv/d/b", want: []string{rootEntry, srvEntry, "5 0755 0:0 ./srv/d/", "0 0644 0:0 ./srv/d/.wh.b", "0 0644 0:0 ./srv/d/.wh.e"}},
		{name: "deleted with its parents", script: "rm -r /srv/d", want: []string{rootEntry, srvEntry, "0 0644 0:0 ./srv/.wh.d"}},
		{
			name: "removed and made again", script: "rm -r /srv/d; mkdir /srv/d; echo -n new > /srv/d/a",
			want: []string{rootEntry, srvEntry, "5 0755 0:0 ./srv/d/", "0 0644 0:0 ./srv/d/.wh..wh..opq", `0 0644 0:0 ./srv/d/a "new"`},
		},
		{
			name: "renamed", script: "mv /srv/d/e /srv/d/n; mv /srv/d/a /srv/d/c",
			want: []string{
				rootEntry, srvEntry, "5 0755 0:0 ./srv/d/", "0 0644 0:0 ./srv/d/.wh.a", "0 0644 0:0 ./srv/d/.wh.e", `0 0644 0:0 ./srv/d/c "a"`,
				"5 0750 0:0 ./srv/d/n/", `0 0644 0:0 ./srv/d/n/f "f"`,
			},
		},
		{name: "written with the old time", script: "echo -n b > /srv/d/a; touch -d @1 /srv/d/a", want: []string{rootEntry, srvEntry, "5 0755 0:0 ./srv/d/", `0 0644 0:0 ./srv/d/a "b"`}},
		{name: "another mode", script: "chmod 700 /srv/d/e", want: []string{rootEntry, srvEntry, "5 0755 0:0 ./srv/d/", "5 0700 0:0 ./srv/d/e/"}},
		{name: "the root directory", script: "chmod 711 /; chown 5 /", want: []string{"5 0711 5:0 ./"}},
		{
			name: "other types", script: "rm -r /srv/d /srv/one; touch /srv/d; mkdir /srv/one; rm /srv/null; ln -s d /srv/null",
			want: []string{rootEntry, srvEntry, "0 0644 0:0 ./srv/d", "2 0777 0:0 ./srv/null -> d", "5 0755 0:0 ./srv/one/", `0 0644 0:0 ./srv/two "1"`},
		},
		{
			name: "several names", script: "echo -n x > /srv/one; ln /srv/one /srv/d/three; ln -P /srv/l /srv/m",
			want: []string{
				rootEntry, srvEntry, "5 0755 0:0 ./srv/d/", `0 0644 0:0 ./srv/d/three "x"`, "2 0777 0:0 ./srv/l -> one", "1 0777 0:0 ./srv/m -> ./srv/l",
				"1 0644 0:0 ./srv/one -> ./srv/d/three", "1 0644 0:0 ./srv/two -> ./srv/d/three",
			},
		},
		{name: "a device", script: "chown 9 /srv/null", want: []string{rootEntry, srvEntry, "3 0600 9:4 ./srv/null 1,3"}},
		{name: "what is not part of it", script: "echo > /dev/x; mkdir /dev/y"},
		{name: "in place of what was deleted below", script: "mkdir /srv/gone; touch /srv/gone/x", want: []string{rootEntry, srvEntry, "5 0755 0:0 ./srv/gone/", "0 0644 0:0 ./srv/gone/x"}},
		{name: "strange names", script: `touch $'/srv/\xff\n' '/srv/-' '/srv/ä'`, want: []string{rootEntry, srvEntry, "0 0644 0:0 ./srv/-", "0 0644 0:0 ./srv/ä", "0 0644 0:0 ./srv/\xff\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, Machine{Base: base, Script: test.script}, "", test.want...)
		})
	}
}

// TestUpper looks at the layer that is there before the script.
func TestUpper(t *testing.T) {
	base := baseOf(t, dir("srv/d", 0o755), file("srv/d/a", "a", 0o644), file("srv/d/b", "b", 0o644), file("srv/same", "same", 0o644))
	upper := tarOf(t,
		dir(".", 0o755), dir("./srv", 0o755), dir("./srv/d", 0o755), file("./srv/d/a", "upper", 0o640).owned(5, 6), file("./srv/same", "same", 0o644),
		file("./srv/d/.wh.b", "", 0), dir("./opt", 0o700).owned(7, 7), file("./etc/x", "x", 0o4755).owned(1, 1),
	)
	check(t, Machine{
		Base: base, Script: "cat /srv/d/a; ls /srv/d; stat -c %u:%a /opt /etc/x; chown 8 /opt",
		Upper: func(w io.Writer) error {
			_, err := w.Write(upper)
			return err
		},
	}, "uppera\n7:700\n1:4755\n",
		rootEntry, etcEntry, `0 4755 1:1 ./etc/x "x"`, "5 0700 8:7 ./opt/", srvEntry, "5 0755 0:0 ./srv/d/", "0 0644 0:0 ./srv/d/.wh.b",
		`0 0640 5:6 ./srv/d/a "upper"`, `0 0644 0:0 ./srv/same "same"`)
}

// TestWithoutBase makes the whole tree.
func TestWithoutBase(t *testing.T) {
	upper := tarOf(t, append(hostFiles(t, "mkdir", "chown"), dir("a", 0o755).owned(3, 3))...)
	changes, output, err := runMachine(t, Machine{
		Script: "mkdir /a/b; chown 5 /a/b", Name: "fake_root_commands",
		Upper: func(w io.Writer) error {
			_, err := w.Write(upper)
			return err
		},
	})
	if err != nil {
		t.Fatal(err, output)
	}
	if got, want := changes[:3], []string{rootEntry, "5 0755 3:3 ./a/", "5 0755 5:0 ./a/b/"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, line := range changes {
		if strings.Contains(line, "./dev") || strings.Contains(line, "./proc") || strings.Contains(line, "./sys") {
			t.Errorf("there is %s", line)
		}
	}
}

// TestSameBytes runs a script twice.
func TestSameBytes(t *testing.T) {
	m := Machine{
		Base: baseOf(t), Script: "mkdir -p /srv/x/y; for i in $(seq 30); do echo $i > /srv/x/$i; chown $i:$i /srv/x/$i; done; ln /srv/x/5 /srv/x/y/5; mknod /srv/x/z c 1 1",
	}
	first, _, err := runBytes(t, m)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := runBytes(t, m)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("%d and %d bytes differ: %v", len(first), len(second), err)
	}
}

const storeDir = "/nix/store"

// objectOf opens an object of the records of a manifest.
func objectOf(t *testing.T, name string, records ...string) *object.Object {
	t.Helper()
	manifest := filepath.Join(t.TempDir(), "manifest")
	writeFile(t, manifest, strings.Join(records, ""))
	o, err := object.Open(store.Path(storeDir+"/"+strings.Repeat("a", store.HashLen)+"-"+name), "@"+manifest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

// TestObjects looks at store objects.
func TestObjects(t *testing.T) {
	source := filepath.Join(t.TempDir(), "hello")
	writeFile(t, source, "hello")
	objects := []*object.Object{
		objectOf(t, "dir", "file\x000555\x00bin/hello\x00"+source+"\n"),
		objectOf(t, "file", "file\x000444\x00\x00"+source+"\n"),
		objectOf(t, "link", "symlink\x00\x00\x00/etc\n"),
	}
	at := storeDir + "/" + strings.Repeat("a", store.HashLen) + "-"
	script := "cat " + at + "dir/bin/hello " + at + "file; readlink " + at + "link; stat -c %a:%u " + at + `dir/bin/hello
		for i in ` + at + "dir/x " + storeDir + `/x; do touch $i 2>/dev/null && echo $i; done
		chown 5 ` + at + `file 2>/dev/null && echo owner
		ln -s ` + at + "dir /srv/link; ls " + storeDir
	output := "hellohello/etc\n555:0\n" + at[len(storeDir)+1:] + "dir\n" + at[len(storeDir)+1:] + "file\n" + at[len(storeDir)+1:] + "link\n"
	for _, test := range []struct {
		name string
		base []archive.Layer
		more string
		want []string
	}{
		{"without a store in the base", baseOf(t), "", nil},
		{"with one", baseOf(t, dir("nix", 0o755), dir("nix/store", 0o1775).owned(0, 30000)), "", nil},
		{"with the same object", baseOf(t, file(at[1:]+"file", "other", 0o444), file(at[1:]+"dir/x", "other", 0o444)), "", nil},
		{"beside the store", baseOf(t), "; mkdir /nix/var", []string{"5 0755 0:0 ./nix/", "5 0755 0:0 ./nix/var/"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := slices.Concat([]string{rootEntry}, test.want, []string{srvEntry, "2 0777 0:0 ./srv/link -> " + at + "dir"})
			check(t, Machine{Base: test.base, Script: script + test.more, Objects: objects, StoreDir: storeDir}, output, want...)
		})
	}
}
