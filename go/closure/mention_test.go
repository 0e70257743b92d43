package closure

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestMentions(t *testing.T) {
	for _, test := range []struct {
		name, data string
		want       []string
	}{
		{"none", "no path here", nil},
		{"the store alone", "/nix/store /nix/store/", nil},
		{"plain", a, []string{a}},
		{"in JSON", `{"Env":["PATH=` + a + `/bin:` + b + `/bin"]}`, []string{a, b}},
		{"twice", a + " " + b + " " + a, []string{a, b}},
		{"longer and shorter name", a + "-dev/lib " + a, []string{a + "-dev", a}},
		{"below another folder", "/chroot" + a, []string{a}},
		{"binary", "\x00\xff" + a + "\x00", []string{a}},
		{"no name", a[:len(a)-1] + "/", []string{a[:len(a)-1]}},
		{"no dash", a[:len(a)-2] + "_x", nil},
		{"hash too short", "/nix/store/abc-x", nil},
		{"not base32", "/nix/store/" + strings.Repeat("e", 32) + "-x", nil},
		{"cut short", a[:20], nil},
		{"store directory twice", "/nix/store/nix/store/" + a, []string{a}},
		{"other store", strings.Replace(a, "/nix/", "/opt/", 1), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := mentions([]byte(test.data), store.DefaultDir); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestMentionResolution: what a mention refers to.
func TestMentionResolution(t *testing.T) {
	blank := store.DefaultDir + "/" + strings.Repeat("f", 32) + "-blank"
	repeated := store.DefaultDir + "/" + strings.Repeat("g", 32) + "-known"
	twin := a + "-dev" // shares its hash part with a
	graph := array(object(a, ""), object(b, ""), object(twin, ""), object(repeated, ""))
	for _, test := range []struct{ name, mention, want string }{
		{"the hash decides", b + "-of-another-name", b},
		{"no name", b[:len(b)-1], b},
		{"full stop", "It is " + b + ".", b},
		{"longest of two with one hash", twin + "/include", twin},
		{"shorter of two with one hash", a + "/lib", a},
		{"placeholder", blank, ""},
		{"known path that looks like a placeholder", repeated, repeated},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, err := Make(options(t, []string{graph}, test.mention))
			if err != nil {
				t.Fatal(err)
			}
			var got []store.Path
			for _, o := range result.Objects {
				if o.Synthetic {
					got = o.References
				}
			}
			if test.want == "" && len(got) != 0 || test.want != "" && !slices.Equal(got, []store.Path{store.Path(test.want)}) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if _, err := Make(options(t, []string{graph}, a[:len(a)-1]+"x")); err == nil {
		t.Error("a mention that fits neither of two objects with its hash: no error")
	}
}

// TestMentionRemedies: an error says what to do where the mention stands.
func TestMentionRemedies(t *testing.T) {
	unknown := store.DefaultDir + "/" + strings.Repeat("z", 31) + "0" + "-unknown"
	for _, test := range []struct{ name, object, want string }{
		{"config", "config", "write $(store_path LABEL) for it, name it in config_deps where the config is image_config or a file, or add it to contents"},
		{"scripts", "customisation-layer", "write $(store_path LABEL) for it in the script, name it in store_deps, or add it to contents"},
		{"anything else", "other", "add the object to contents"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t, []string{array(object(a, ""))}, unknown)
			o.Synthetic[0].Path = store.DefaultDir + "/" + strings.Repeat("0", 31) + "1-" + test.object
			_, err := Make(o)
			if want := o.Synthetic[0].File + " mentions " + unknown + ", which is not in the graph of 1 objects: " + test.want; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}
