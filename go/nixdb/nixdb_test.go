package nixdb

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

func path(name string) store.Path { return store.Path("/nix/store/" + name) }

// sample are three objects in no order: c refers to itself and to both others.
func sample() []Registration {
	a, b, c := path("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1-a"), path("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2-b"), path("ccccccccccccccccccccccccccccccc3-c")
	return []Registration{
		{Path: c, NARHash: sha256.Sum256([]byte("c")), NARSize: 333, References: []store.Path{c, b, a, b}},
		{Path: a, NARHash: sha256.Sum256([]byte("a")), NARSize: 111},
		{Path: b, NARHash: sha256.Sum256([]byte("b")), NARSize: 222, References: []store.Path{a}},
	}
}

func written(t *testing.T, registrations []Registration) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, registrations, BuildEpoch); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tables shows what is in a database file, with the registration times or without.
func tables(t *testing.T, file string, times bool) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var b strings.Builder
	show := func(query string, columns int) {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		values := make([]any, columns)
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, v := range values {
				texts = append(texts, fmt.Sprint(*v.(*any)))
			}
			b.WriteString(strings.Join(strings.Fields(strings.Join(texts, " | ")), " ") + "\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if times {
		show("SELECT DISTINCT registrationTime FROM ValidPaths", 1)
	}
	show("SELECT id, path, hash, deriver, narSize, ultimate, sigs, ca FROM ValidPaths ORDER BY id", 8)
	show("SELECT referrer, reference FROM Refs ORDER BY 1, 2", 2)
	show("SELECT name, seq FROM sqlite_sequence", 2)
	show("SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2", 3)
	for _, table := range []string{"ValidPaths", "Refs", "DerivationOutputs", "SchemaMigrations"} {
		show(fmt.Sprintf("SELECT '%s', name, lower(type), [notnull], dflt_value, pk FROM pragma_table_info('%s')", table, table), 6)
		show(fmt.Sprintf("SELECT '%s', [table], [from], [to], on_update, on_delete FROM pragma_foreign_key_list('%s') ORDER BY 3", table, table), 6)
	}
	show("PRAGMA journal_mode", 1)
	show("PRAGMA page_size", 1)
	show("PRAGMA integrity_check", 1)
	return b.String()
}

func TestWriteIsReproducible(t *testing.T) {
	first := written(t, sample())
	reversed := sample()
	slices.Reverse(reversed)
	if !bytes.Equal(first, written(t, reversed)) {
		t.Error("the order of registrations changes the bytes")
	}
	const want = "50bf5a09e7ec434478e7a479215e7a2f6c337637facd8da2eb60bf3b6f219086"
	if got := hex.EncodeToString(sumOf(first)); got != want {
		t.Errorf("sha256 %s, want %s: other bytes are another layer for everybody who has an image with this", got, want)
	}
}

func sumOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func TestTables(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db.sqlite")
	if err := os.WriteFile(file, written(t, sample()), 0o644); err != nil {
		t.Fatal(err)
	}
	got := tables(t, file, true)
	for _, want := range []string{
		"315532800\n",
		"1 | /nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1-a | sha256:" + hex.EncodeToString(sumOf([]byte("a"))) +
			" | <nil> | 111 | <nil> | <nil> | <nil>\n",
		"\n2 | 1\n3 | 1\n3 | 2\n3 | 3\nValidPaths | 3\n", "wal\n4096\nok\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestNothingRegistered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db.sqlite")
	if err := os.WriteFile(file, written(t, nil), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := tables(t, file, false); !strings.HasSuffix(got, "ok\n") {
		t.Error(got)
	}
}

func TestErrors(t *testing.T) {
	base := sample()
	for _, c := range []struct {
		name          string
		registrations []Registration
		want          []string
	}{
		{"twice", append(sample(), base[0]), []string{string(base[0].Path), "registered twice"}},
		{"reference is missing", base[:1], []string{string(base[0].Path), "refers to " + string(base[1].Path), "register the whole closure"}},
		{"no size", []Registration{{Path: base[1].Path}}, []string{"a NAR of 0 bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			err := Write(&b, c.registrations, BuildEpoch)
			if err == nil || b.Len() > 0 {
				t.Fatalf("got %d bytes, %v", b.Len(), err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestFromInfo(t *testing.T) {
	sum := sha256.Sum256([]byte("content"))
	for _, hash := range []string{store.Base32(sum[:]), hex.EncodeToString(sum[:])} {
		r, err := FromInfo(object.Info{Path: path("a"), NARHash: "sha256:" + hash, NARSize: 5}, []store.Path{path("b")})
		if err != nil || r.NARHash != sum || r.NARSize != 5 || len(r.References) != 1 {
			t.Errorf("%s: %+v, %v", hash, r, err)
		}
	}
	for hash, want := range map[string]string{"md5:x": `"md5" is not supported`, "sha256:x": "52", "sha256:" + strings.Repeat("e", 52): "not a character",
		"sha256:" + strings.Repeat("z", 52): "too large", "sha256:" + strings.Repeat("x", 64): "invalid byte"} {
		if _, err := FromInfo(object.Info{Path: path("a"), NARHash: hash}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", hash, err)
		}
	}
}

func TestInstall(t *testing.T) {
	for _, root := range []string{"/", "/image"} {
		tree := scriptfs.New(time.Unix(1, 0))
		defer func() { _ = tree.Close() }()
		if err := tree.Mkdir("/image", 0o755); err != nil {
			t.Fatal(err)
		}
		roots := []store.Path{sample()[0].Path, sample()[2].Path, sample()[0].Path}
		if err := Install(tree, root, sample(), roots, BuildEpoch); err != nil {
			t.Fatal(err)
		}
		var got []string
		err := tree.Walk(strings.TrimSuffix(root, "/")+"/nix", func(path string, e scriptfs.Info) error {
			got = append(got, fmt.Sprintf("%s %v %o %s", strings.TrimPrefix(path, "/image"), e.Type, e.Mode, e.Target))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"/nix directory 755 ", "/nix/var directory 755 ", "/nix/var/nix directory 755 ", "/nix/var/nix/db directory 755 ",
			"/nix/var/nix/db/big-lock regular file 600 ", "/nix/var/nix/db/db.sqlite regular file 644 ", "/nix/var/nix/db/schema regular file 644 ",
			"/nix/var/nix/gcroots directory 755 ", "/nix/var/nix/gcroots/docker directory 755 ",
			"/nix/var/nix/gcroots/docker/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2-b symbolic link 777 /nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2-b",
			"/nix/var/nix/gcroots/docker/ccccccccccccccccccccccccccccccc3-c symbolic link 777 /nix/store/ccccccccccccccccccccccccccccccc3-c",
			"/nix/var/nix/gcroots/per-user directory 755 ", "/nix/var/nix/profiles directory 755 ",
			"/nix/var/nix/profiles/per-user directory 755 ",
			"/nix/var/nix/temproots directory 755 "}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		f, err := tree.Open(strings.TrimSuffix(root, "/") + "/nix/var/nix/db/db.sqlite")
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(f); err != nil || !bytes.Equal(data, written(t, sample())) {
			t.Errorf("the database is not what Write writes: %d bytes, %v", len(data), err)
		}
		if err := Install(tree, root, sample(), []store.Path{path("other")}, BuildEpoch); err != nil {
			t.Errorf("again: %v", err)
		}
	}
}

func TestInstallOverAFile(t *testing.T) {
	tree := scriptfs.New(time.Unix(1, 0))
	defer func() { _ = tree.Close() }()
	if err := tree.Symlink("nowhere", "/nix"); err != nil {
		t.Fatal(err)
	}
	if err := Install(tree, "/", nil, nil, BuildEpoch); err == nil || !strings.Contains(err.Error(), "make the Nix database") ||
		!strings.Contains(err.Error(), "/nix") {
		t.Errorf("got %v", err)
	}
}
