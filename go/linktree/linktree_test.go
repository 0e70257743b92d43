package linktree_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/linktree"
	"github.com/rules-strata/rules_strata/go/nar"
)

func TestWriteNAR(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []linktree.Entry
		want    []string
		err     string
	}{
		{"nothing", nil, []string{" directory"}, ""},
		{
			"sorted by the bytes of names, directories made",
			[]linktree.Entry{{"z/b", "2"}, {"a.b", "3"}, {"a/x", "1"}, {"empty/inner", ""}, {"z", ""}},
			[]string{" directory", "a directory", "a/x 1", "a.b 3", "empty directory", "empty/inner directory", "z directory", "z/b 2"},
			"",
		},
		{"one link twice", []linktree.Entry{{"a", "x"}, {"a", "x"}}, []string{" directory", "a x"}, ""},
		{"two links at one path", []linktree.Entry{{"a", "x"}, {"a", "y"}}, nil, `a is there twice, as a link to "y" and as x`},
		{"a link and a directory", []linktree.Entry{{"a", ""}, {"a", "y"}}, nil, `a is there twice, as a link to "y" and as a directory`},
		{"below a link", []linktree.Entry{{"a", "x"}, {"a/b", "y"}}, nil, `a is a link to "x" and a directory: it cannot hold a/b`},
		{"a bad name", []linktree.Entry{{"a/../b", "y"}}, nil, "invalid name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := linktree.WriteNAR(&out, test.entries)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := entriesOf(t, &out); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func entriesOf(t *testing.T, in io.Reader) (lines []string) {
	t.Helper()
	r := nar.NewReader(in)
	for {
		e, err := r.Next()
		if err == io.EOF {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		what := e.Target
		if e.Type != nar.Symlink {
			what = e.Type.String()
		}
		lines = append(lines, e.Path+" "+what)
	}
}
