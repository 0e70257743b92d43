package layer

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const libPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-lib-1.2"

const remedy = "which is not among its references: add it to deps, or set allow_undeclared_references = True"

func TestScan(t *testing.T) {
	eee := strings.Repeat("e", 32)
	for _, test := range []struct {
		name string
		tree tree
		want []string
	}{
		{"file", dir(map[string]tree{"bin": dir(map[string]tree{"app": file("x " + libPath + "/lib/x.so")})}),
			[]string{onePath + `: its file "bin/app" mentions ` + libPath + ", " + remedy}},
		{"the object itself is the file", file(libPath), []string{onePath + ": its file mentions " + libPath + ", "}},
		{"link", dir(map[string]tree{"l": link(libPath + "/bin/sh")}), []string{onePath + `: its symlink "l" mentions ` + libPath + ", " + remedy}},
		{"the object itself is a link", link(libPath), []string{onePath + ": its symlink mentions " + libPath + ", "}},
		{"hash without a name", file(libPath[:store.HashLen+12]), []string{"mentions " + libPath[:store.HashLen+12] + ", "}},
		{"below another directory", file("/mnt" + libPath + ":"), []string{"mentions " + libPath + ", "}},
		{"two in two files", dir(map[string]tree{"a": file(libPath + "\n" + libPath), "b": file(strings.Replace(libPath, "0", "z", 1) + libPath)}),
			[]string{`"a" mentions ` + libPath, `"b" mentions /nix/store/z123`}},
		{"longest name", file(libPath + strings.Repeat("x", 300)), []string{"mentions " + libPath[:44] + "lib-1.2" + strings.Repeat("x", 204) + ", "}},

		{"itself", file(onePath), nil},
		{"declared", file(twoPath), nil},
		{"declared, another name", file(twoPath + "-and-more"), nil},
		{"no dash", file(libPath[:store.HashLen+11] + "/"), nil},
		{"hash too short", file("/nix/store/" + libPath[12:]), nil},
		{"hash too long", file("/nix/store/0" + libPath[11:]), nil},
		{"not base32", file("/nix/store/e" + libPath[12:]), nil},
		{"another store directory", file("/opt/store/" + libPath[11:]), nil},
		{"placeholder of nuke-refs", file("/nix/store/" + eee + "-lib"), nil},
		{"placeholder of another letter", file("/nix/store/" + strings.Repeat("x", 32) + "-lib"), nil},
		{"short target", link("/nix/store"), nil},
	} {
		for source, open := range map[string]func(testing.TB, string) *object.Object{"NAR": test.tree.open, "manifest": test.tree.openManifest} {
			t.Run(test.name+" from a "+source, func(t *testing.T) {
				o := DefaultOptions()
				objects := []*object.Object{open(t, onePath)}
				if _, err := Write(io.Discard, objects, o); err != nil {
					t.Fatalf("not scanning: %v", err)
				}
				o.ScanReferences, o.References = true, []store.Path{twoPath}
				_, err := Write(io.Discard, objects, o)
				if test.want == nil && err != nil {
					t.Errorf("got %v", err)
				}
				wantError(t, err, test.want...)
			})
		}
	}
}

// TestScanOwnObjects: what shares a layer may mention each other.
func TestScanOwnObjects(t *testing.T) {
	o := DefaultOptions()
	o.ScanReferences = true
	if _, err := Write(io.Discard, []*object.Object{file(twoPath).open(t, onePath), link(onePath).open(t, twoPath)}, o); err != nil {
		t.Error(err)
	}
}

func TestScanReportsOnce(t *testing.T) {
	var text strings.Builder
	for i := range maxMentions + 5 {
		mention := fmt.Sprintf("/nix/store/%032d-lib\n", i+1)
		text.WriteString(mention + mention)
	}
	o := DefaultOptions()
	o.ScanReferences = true
	_, err := Write(io.Discard, []*object.Object{file(text.String()).open(t, onePath)}, o)
	if err == nil || strings.Count(err.Error(), "\n") != maxMentions || !strings.HasSuffix(err.Error(), "more mentions like these") {
		t.Errorf("got %v", err)
	}
}

// TestScanAcrossReads puts a mention at every place of contents that are read
// in pieces of every size.
func TestScanAcrossReads(t *testing.T) {
	o := DefaultOptions()
	o.ScanReferences = true
	for piece := 1; piece < 700; piece += 1 + piece/20 {
		for at := range 400 {
			content := strings.Repeat("z", at) + libPath + strings.Repeat("/z", 150)
			e := &object.Entry{Path: "f", Size: int64(len(content))}
			l := &writer{tar: NewTarWriter(io.Discard), scan: newScanner(nil, o)}
			l.content = make([]byte, l.scan.overlap+piece)
			if err := l.tar.WriteHeader(&Header{Name: "f", Type: '0', Size: e.Size}); err != nil {
				t.Fatal(err)
			}
			if err := l.copy(strings.NewReader(content), objectForScan, e); err != nil {
				t.Fatal(err)
			}
			if len(l.scan.mentions) != 1 || l.scan.mentions[0].path != libPath {
				t.Fatalf("at %d, pieces of %d: found %+v", at, piece, l.scan.mentions)
			}
		}
	}
}

// objectForScan is the object of contents that are in none.
var objectForScan = &object.Object{}

// TestScanBoundary does the same around the size of a real read.
func TestScanBoundary(t *testing.T) {
	o := DefaultOptions()
	o.ScanReferences = true
	for at := contentSize - 60; at < contentSize+10; at++ {
		content := strings.Repeat("z", at) + libPath
		_, err := Write(io.Discard, []*object.Object{file(content).open(t, onePath)}, o)
		wantError(t, err, "mentions "+libPath+",")
	}
}

// FuzzScan compares the search with a regular expression, whole and in pieces.
func FuzzScan(f *testing.F) {
	f.Add([]byte(libPath))
	f.Add([]byte("zzz/" + libPath + libPath[1:] + "-" + libPath))
	f.Add([]byte("/nix/store//nix/store/" + strings.Repeat("0", 33) + "-x" + libPath[:20]))
	o := DefaultOptions()
	o.ScanReferences = true
	pattern := regexp.MustCompile("/nix/store/[" + store.Base32Alphabet + "]{32}-[-+._?=a-zA-Z0-9]{0,211}")
	f.Fuzz(func(t *testing.T, data []byte) {
		var want []string
		for rest := data; ; {
			at := pattern.FindIndex(rest)
			if at == nil {
				break
			}
			hash := hashPart(rest[at[0]+len("/nix/store/"):])
			m := string(rest[at[0]:at[1]])
			rest = rest[at[0]+len("/nix/store/")+store.HashLen:]
			if !store.IsPlaceholder(string(hash[:])) && !slices.Contains(want, m) && len(want) < maxMentions {
				want = append(want, m)
			}
		}
		for name, r := range map[string]io.Reader{
			"whole":        bytes.NewReader(data),
			"byte by byte": iotest.OneByteReader(bytes.NewReader(data)),
			"halves":       iotest.HalfReader(bytes.NewReader(data)),
		} {
			l := &writer{tar: NewTarWriter(io.Discard), scan: newScanner(nil, o)}
			l.content = make([]byte, l.scan.overlap+300)
			if err := l.tar.WriteHeader(&Header{Name: "f", Type: '0', Size: int64(len(data))}); err != nil {
				t.Fatal(err)
			}
			if err := l.copy(r, objectForScan, &object.Entry{Size: int64(len(data))}); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range l.scan.mentions {
				got = append(got, m.path)
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})
}
