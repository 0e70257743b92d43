package derivation

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// fixtures are derivations that Nix wrote, see testdata/make.sh.
var fixtures = []struct {
	file, name string
	kind       Kind
}{
	{"plain", "plain", InputAddressed},
	{"binary", "binary", InputAddressed},
	{"escapes", "escapes", InputAddressed},
	{"inputs", "inputs-1.0", InputAddressed},
	{"many", "many", InputAddressed},
	{"passAsFile", "pass-as-file", InputAddressed},
	{"structured", "structured", InputAddressed},
	{"fixedFlat", "fixed-flat", FixedOutput},
	{"fixedRecursive", "fixed-recursive", FixedOutput},
	{"floating", "floating", ContentAddressed},
	{"impure", "impure", Impure},
	{"deferred", "deferred", Deferred},
}

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parseFixture(t testing.TB, name string) *Derivation {
	t.Helper()
	d, err := Parse(readFixture(t, name+".drv"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRoundTrip(t *testing.T) {
	for _, fixture := range fixtures {
		t.Run(fixture.file, func(t *testing.T) {
			data := readFixture(t, fixture.file+".drv")
			d := parseFixture(t, fixture.file)
			if got := string(d.Marshal()); got != string(data) {
				t.Errorf("got  %s\nwant %s", got, data)
			}
			if d.Name != fixture.name || d.Kind() != fixture.kind {
				t.Errorf("got %s, %v", d.Name, d.Kind())
			}
		})
	}
}

func TestParse(t *testing.T) {
	const (
		builder = "/nix/store/dbmmzgmf1qijmazm73w86j9rhz82ivn0-builder.sh"
		out     = "/nix/store/dh9dj1liwjqhfv1prhygiz27jy34jlwr-inputs-1.0"
		dev     = "/nix/store/ywgd881mwlzhm3q1xk106kndbx4389lg-inputs-1.0-dev"
		lib     = "/nix/store/dxvcypbxwzjrlyimr4wblrar99lgx0bi-inputs-1.0-lib"
	)
	want := &Derivation{
		Name:    "inputs-1.0",
		Outputs: map[string]Output{"dev": {Path: dev}, "lib": {Path: lib}, "out": {Path: out}},
		InputDrvs: map[store.Path][]string{
			"/nix/store/6fw97d0502259gbxg53dgwdy088hdrpd-plain.drv": {"out"},
			"/nix/store/cmm4047hmb8h3ydc0807y6gka7rdpmr7-many.drv":  {"dev", "lib"},
		},
		InputSrcs: []store.Path{builder},
		System:    "x86_64-linux",
		Builder:   "/bin/bash",
		Args:      []string{"-e", builder},
		Env: map[string]string{
			"buildInputs": "/nix/store/ahm3xf5dkkbnajhagdnz8p3j4n7w4chc-plain /nix/store/kz7jyrvjrlyi63d65jxvpqlzmwi6r4kq-many-dev /nix/store/hkll7pqs64rax22q2hqjqh404y3yjmc8-many-lib",
			"builder":     "/bin/bash", "name": "inputs-1.0", "outputs": "out dev lib", "src": builder, "system": "x86_64-linux",
			"dev": dev, "lib": lib, "out": out,
		},
	}
	if got := parseFixture(t, "inputs"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseValues(t *testing.T) {
	escapes, binary, structured := parseFixture(t, "escapes"), parseFixture(t, "binary"), parseFixture(t, "structured")
	for _, test := range []struct{ name, got, want string }{
		{"escapes", escapes.Env["text"], "a\nb\tc\rd\"e\\f$g'h"},
		{"letters", escapes.Env["letters"], `äöü \u00e4 \x`},
		{"empty", escapes.Env["empty"], ""},
		{"argument", escapes.Args[1], "echo \"$text\"\n"},
		{"not UTF-8", binary.Env["text"], "a\xff\xfez"},
		{"structured", structured.StructuredAttrs[:23], `{"builder":"/bin/bash",`},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
	if _, ok := structured.Env["__json"]; ok {
		t.Error("the structured attributes are in the environment, too")
	}
}

func TestParseErrors(t *testing.T) {
	const (
		good = `Derive([("out","/nix/store/irs20q68vbbnc0rq3ba076s06am9fcsd-x","","")],[("/nix/store/6fw97d0502259gbxg53dgwdy088hdrpd-y.drv",["out"])],[],"x86_64-linux","/bin/sh",["-c"],[("name","x")])`
		out  = `("out","/nix/store/irs20q68vbbnc0rq3ba076s06am9fcsd-x","","")`
	)
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	fixed := `("out","/nix/store/irs20q68vbbnc0rq3ba076s06am9fcsd-x","sha256","00")`
	for _, test := range []struct{ name, old, new, wantErr string }{
		{"empty", good, "", `store derivation: byte 0: want "Derive(", got ""`},
		{"not a derivation", good, "#!/bin/sh\n", `byte 0: want "Derive(", got "#!/bin/sh\n"`},
		{"dynamic", good, `DrvWithVersion("xp-dyn-drv",[],[`, `byte 0: version "xp-dyn-drv", for dynamic derivations, is not supported: want Derive(...)`},
		{"truncated", `"x86_64-linux","/bin/sh",["-c"],[("name","x")])`, `"x86`, "byte 138: the string that begins here has no end"},
		{"trailing newline", `"x")])`, "\"x\")])\n", "byte 185: 1 bytes follow the end of the derivation"},
		{"space", `"/bin/sh",[`, `"/bin/sh", [`, `byte 163: want "[", got " [\"-c\"],[(\"name\",\"x`},
		{"comma at the end", `["-c"]`, `["-c",]`, `byte 169: want "\"", got "],[(`},
		{"comma at the beginning", `["-c"]`, `[,"-c"]`, `byte 164: want "\"", got ",\"-c\"`},
		{"unknown escape", `"-c"`, `"-\c"`, `byte 166: "\\c" in a string: newline, return, tab, quote and backslash are escaped, and nothing else is`},
		{"raw newline", `"-c"`, "\"-\n\"", `byte 166: "\n\"" in a string`},
		{"zero", `"-c"`, "\"-\x00\"", `byte 166: "\x00\"" in a string`},
		{"backslash at the end", `"-c"],[("name","x")])`, `"-\`, `byte 166: "\\" in a string`},
		{"no outputs", out, "", "no outputs: a derivation has at least one"},
		{"outputs not sorted", out, out + `,("dev","","","")`, `byte 70: the output "dev" comes after "out": they are sorted, and each is there once`},
		{"output repeated", out, out + "," + out, `the output "out" comes after "out"`},
		{"variables not sorted", `("name","x")`, `("name","x"),("a","")`, `byte 184: the variable "a" comes after "name"`},
		{"output's path", "/nix/store/irs", "/nix/store/e", `byte 15: "/nix/store/e20q68vbbnc0rq3ba076s06am9fcsd-x" is not a store path`},
		{"output's name", `"out",`, `"o t",`, `output "o t": the name is not made of letters, digits and +-._?=`},
		{"input that is no derivation", "-y.drv", "-y", `byte 73: "/nix/store/6fw97d0502259gbxg53dgwdy088hdrpd-y" is not a derivation: its name does not end in .drv`},
		{"input source", `])],[]`, `])],["/tmp"]`, `byte 136: "/tmp" is not a store path`},
		{"input's output", `["out"]`, `["a b"]`, `the output "a b" of /nix/store/6fw97d0502259gbxg53dgwdy088hdrpd-y.drv`},
		{"hash without algorithm", `"","")]`, `"","00")]`, "a hash without its algorithm"},
		{"bad hash", `"","")]`, `"sha256","!")]`, `"sha256" and "!" are not an algorithm and a hash`},
		{"two kinds", out, out + `,("p","","","")`, `output "p" is deferred, but "out" is input-addressed: all outputs of a derivation are of one kind`},
		{"fixed, not out", out, strings.Replace(fixed, "out", "dev", 1), `output "dev": a fixed output is named "out"`},
		{"fixed, no path", out, `("out","","sha256","00")`, "a fixed output has a path"},
		{"floating with a path", out, strings.Replace(fixed, "00", "", 1), "the path of an output that is content-addressed is not known beforehand"},
		{"impure with a path", out, strings.Replace(fixed, "00", "impure", 1), "the path of an output that is impure is not known beforehand"},
		{"no name", `("name","x")`, "", `the name "" is not made of letters`},
		{"structured, not an object", `("name","x")`, `("__json","[]")`, "the structured attributes are not a JSON object: json: cannot unmarshal array"},
		{"structured, null", `("name","x")`, `("__json","null")`, "the structured attributes are not a JSON object, but null"},
		{"structured, empty", `("name","x")`, `("__json","")`, "the structured attributes are empty: want a JSON object"},
		{"structured, not UTF-8", `("name","x")`, "(\"__json\",\"{\xff\")", "the structured attributes are not UTF-8"},
		{"structured, bad name", `("name","x")`, `("__json","{\"name\":1}")`, "the structured attribute name: json: cannot unmarshal number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := strings.Replace(good, test.old, test.new, 1)
			_, err := Parse([]byte(data))
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got  %v\nwant %s", err, test.wantErr)
			}
		})
	}
}

func TestParseTooLarge(t *testing.T) {
	large := make([]byte, MaxSize+1)
	for name, parse := range map[string]func() error{
		"Parse":     func() error { _, err := Parse(large); return err },
		"ParseJSON": func() error { _, err := ParseJSON(large, store.DefaultDir); return err },
	} {
		if err := parse(); err == nil || !strings.Contains(err.Error(), "67108865 bytes, at most 67108864 are allowed") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestKindString(t *testing.T) {
	if got := Kind(9).String(); got != "Kind(9)" {
		t.Errorf("got %s", got)
	}
}

// FuzzParse checks that whatever is accepted is what Marshal writes.
func FuzzParse(f *testing.F) {
	for _, fixture := range fixtures {
		data := readFixture(f, fixture.file+".drv")
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			return
		}
		if got := d.Marshal(); string(got) != string(data) {
			t.Errorf("accepted %q, written back as %q", data, got)
		}
	})
}
