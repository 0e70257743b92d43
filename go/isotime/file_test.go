package isotime

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return "@" + path
	}
	for _, test := range []struct {
		name, text string
		want       int64
		err        string
	}{
		{name: "no file", text: "1970-01-01T00:00:05Z", want: 5},
		{name: "file", text: file("a", "1700000000\n"), want: 1700000000},
		{name: "two lines", text: file("b", "1\n2\n"), err: `"1\n2" is neither`},
		{name: "no such file", text: "@" + dir + "/none", err: "no such file"},
	} {
		got, err := Resolve(test.text)
		if test.err == "" && (err != nil || got != test.want) {
			t.Errorf("%s: got %d, %v", test.name, got, err)
		}
		if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: got error %v, want %q", test.name, err, test.err)
		}
	}
}

func TestReadStatus(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          int64
		err           string
	}{
		{name: "among others", content: "BUILD_HOST x\nBUILD_TIMESTAMP 1700000000\nFORMATTED_DATE 2023\n", want: 1700000000},
		{name: "seconds of 8 digits", content: "BUILD_TIMESTAMP 20260131\n", want: 20260131},
		{name: "seconds of 4 digits", content: "BUILD_TIMESTAMP 2026\n", want: 2026},
		{name: "none", content: "BUILD_TIMESTAMPS 1\n", err: "no BUILD_TIMESTAMP"},
		{name: "bad", content: "BUILD_TIMESTAMP soon\n", err: `BUILD_TIMESTAMP: "soon" is neither`},
	} {
		path := filepath.Join(t.TempDir(), "status")
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadStatus(path)
		if test.err == "" && (err != nil || got != test.want) {
			t.Errorf("%s: got %d, %v", test.name, got, err)
		}
		if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: got error %v, want %q", test.name, err, test.err)
		}
	}
}
