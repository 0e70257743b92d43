package stamp_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/stamp"
)

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "status.txt")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRead(t *testing.T) {
	got, err := stamp.Read(write(t, "STABLE_COMMIT abc\nEMPTY\nSPACES a b  c \nBLANK \n\nCARRIAGE x\r\n"), write(t, "BUILD_TIMESTAMP 17\nEMPTY no"))
	if err != nil {
		t.Fatal(err)
	}
	want := stamp.Status{"STABLE_COMMIT": "abc", "EMPTY": "no", "SPACES": "a b  c ", "BLANK": "", "CARRIAGE": "x", "BUILD_TIMESTAMP": "17"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := stamp.Read(filepath.Join(t.TempDir(), "absent")); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestExpand(t *testing.T) {
	status := stamp.Status{"A": "1", "_b2": "two {A}", "EMPTY": ""}
	for _, test := range []struct{ name, text, want, err string }{
		{"nothing", "plain", "plain", ""},
		{"several", "v{A}-{_b2}{EMPTY}", "v1-two {A}", ""},
		{"braces that are text", `{"a": {}} {1} { A } {A.b} ${x y}`, `{"a": {}} {1} { A } {A.b} ${x y}`, ""},
		{"a variable that is not there", "{A}{NONE}{OTHER}", "", "no variable NONE in Bazel's status files: let --workspace_status_command print it (there are A, EMPTY, _b2)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := status.Expand(test.text)
			if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	if _, err := (stamp.Status{}).Expand("{A}"); err == nil || !strings.Contains(err.Error(), "there are none") {
		t.Errorf("without variables: %v", err)
	}
}

func TestHasPlaceholder(t *testing.T) {
	if stamp.HasPlaceholder("{1} {}") || !stamp.HasPlaceholder("x{A}") {
		t.Error("braces are not placeholders, names in braces are")
	}
}

// TestPlaceholdersLikeRegexp compares with the regular expression of a
// placeholder.
func TestPlaceholdersLikeRegexp(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[A-Za-z_][A-Za-z0-9_]*\}`)
	status := stamp.Status{"A": "1", "_": "{A}", "b2": "}"}
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"{", "{", "}", "}", "A", "_", "b2", "2", " ", "{A}", "é", "\n"}
	for range 50_000 {
		var text string
		for range random.IntN(9) {
			text += pieces[random.IntN(len(pieces))]
		}
		missing := false
		want := placeholder.ReplaceAllStringFunc(text, func(found string) string {
			value, ok := status[strings.Trim(found, "{}")]
			missing = missing || !ok
			return value
		})
		if got, err := status.Expand(text); missing != (err != nil) || !missing && got != want {
			t.Fatalf("%q: %q, %v, want %q", text, got, err, want)
		}
		if got := stamp.HasPlaceholder(text); got != placeholder.MatchString(text) {
			t.Fatalf("%q has a placeholder: %v", text, got)
		}
	}
}
