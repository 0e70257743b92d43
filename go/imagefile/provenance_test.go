package imagefile

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// TestProvenance: the list of objects says what each comes from, or does not.
func TestProvenance(t *testing.T) {
	b := build(t)
	b.write(t, "_main/objects", strings.Join([]string{
		string(app) + "\x00_main/app.nar\x00//app:app\x00//app\n",
		string(lib) + "\x00@_main/lib.manifest\x00@@nix+hub//:lib\x00\n",
		string(other) + "\x00@_main/other.manifest\n",
	}, ""))
	img := b.mustOpen(t)
	for path, want := range map[store.Path]Provenance{
		app:   {Label: "//app:app", Origin: "//app"},
		lib:   {Label: "@@nix+hub//:lib"},
		other: {},
		"/nix/store/dddddddddddddddddddddddddddddddd-elsewhere": {},
	} {
		if got := img.Provenance(path); got != want {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
		if _, err := img.Objects.Open(path); want.Label != "" && err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	img.Objects = nil
	if got := img.Provenance(app); got != (Provenance{}) {
		t.Errorf("without a list: got %+v", got)
	}
}

func TestProvenanceErrors(t *testing.T) {
	for name, line := range map[string]string{
		"a label and no origin": string(app) + "\x00x\x00//app\n",
		"too many fields":       string(app) + "\x00x\x00//app\x00//\x00files\x00more\n",
		"a list without a name": string(app) + "\x00x\x00//app\x00//\x00\n",
		"a label and no source": string(app) + "\x00\x00//app\x00//\n",
		"cut":                   string(app) + "\x00x\x00//app\x00/",
	} {
		t.Run(name, func(t *testing.T) {
			b := build(t)
			b.write(t, "_main/objects", line)
			if _, err := b.open(); err == nil || !strings.Contains(err.Error(), "objects: line 1: ") || !strings.Contains(err.Error(), "NUL, LABEL, NUL, ORIGIN") {
				t.Errorf("got %v", err)
			}
		})
	}
}
