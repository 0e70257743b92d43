package object

import (
	"bytes"
	"crypto/sha256"
	"os"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestInfo compares the two sources of one object.
func TestInfo(t *testing.T) {
	name := narFile(t,
		nar.Entry{Type: nar.Directory},
		nar.Entry{Path: "a", Type: nar.Directory},
		nar.Entry{Path: "a/x", Type: nar.Regular, Executable: true},
		nar.Entry{Path: "a-b", Type: nar.Regular},
		nar.Entry{Path: "l", Type: nar.Symlink, Target: "a"},
		nar.Entry{Path: "\xff", Type: nar.Regular},
		nar.Entry{Path: "\ue000", Type: nar.Regular},
	)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var records []string
	for _, path := range []string{"\xff", "\ue000", "a-b"} {
		records = append(records, record("file", "0444", path, writeFile(t, "source", path)))
	}
	records = append(records, record("file", "0555", "a/x", writeFile(t, "source", "a/x")), record("symlink", "", "l", "a"))
	fromRecords, err := openRecords(t, records...)
	fromRecords = mustOpen(t, fromRecords, err)

	sum := sha256.Sum256(data)
	want := Info{Version: 1, NARHash: "sha256:" + store.Base32(sum[:]), NARSize: int64(len(data)), Path: testPath}
	for source, o := range map[string]*Object{"NAR": openSource(t, name), "manifest": fromRecords} {
		got, err := o.Info()
		if err != nil || got != want {
			t.Errorf("%s: got %+v %v, want %+v", source, got, err, want)
		}
		var buf bytes.Buffer
		if err := o.WriteNAR(&buf); err != nil || !bytes.Equal(buf.Bytes(), data) {
			t.Errorf("%s: another NAR: %v", source, err)
		}
	}
}

// TestInfoKnown compares with what Nix says of a file that holds "data".
func TestInfoKnown(t *testing.T) {
	o, err := openRecords(t, record("file", "0444", "", writeFile(t, "f", "data")))
	got, err := mustOpen(t, o, err).Info()
	if err != nil {
		t.Fatal(err)
	}
	if got.NARHash != "sha256:1wqx8a5qs99r29xk5zqwq3gbm4f9ffq1g54wj3qwjckia6036l2m" || got.NARSize != 120 {
		t.Errorf("got %+v", got)
	}
}

func TestInfoErrors(t *testing.T) {
	source := writeFile(t, "source", "content")
	o, err := openRecords(t, record("file", "0444", "bin/x", source))
	o = mustOpen(t, o, err)
	for _, size := range []int64{3, 8} {
		if err := os.Truncate(source, size); err != nil {
			t.Fatal(err)
		}
		_, err := o.Info()
		wantError(t, err, string(testPath), `"bin/x" had 7 bytes`, "do not change inputs")
	}
}
