package nixshell

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// TestAttributesOfNix compares with the files that Nix gave a builder.
func TestAttributesOfNix(t *testing.T) {
	s := shellOfNix(t, "structured")
	if got, want := s.content(t, ".attrs.json"), readFixture(t, "structured.attrs.json"); got != want {
		t.Errorf(".attrs.json:\ngot  %s\nwant %s", got, want)
	}
	// Nix keeps 32 bits of an integer, whatever these are.
	want := readFixture(t, "structured.attrs.sh")
	for cut, whole := range map[string]string{"declare huge=123\n": "declare huge=4294967296123\n", "declare large=-2147483648\n": "declare large=3000000000\n"} {
		if !strings.Contains(want, cut) {
			t.Errorf("no %q in what Nix wrote", cut)
		}
		want = strings.Replace(want, cut, whole, 1)
	}
	if got := s.content(t, ".attrs.sh"); got != want {
		t.Errorf(".attrs.sh:\ngot  %s\nwant %s", got, want)
	}
}

func TestAttributesEnvironment(t *testing.T) {
	d := hello(map[string]string{"passAsFile": "name"})
	d.Env = map[string]string{"out": outPath}
	d.StructuredAttrs = `{"builder":"x","name":"hello-1","passAsFile":["name"]}`
	s := mustNew(t, d, options())
	if got := s.variable(t, "NIX_ATTRS_SH_FILE") + s.variable(t, "NIX_ATTRS_JSON_FILE") + s.variable(t, "out"); got != objectPath+"/.attrs.sh"+objectPath+"/.attrs.json"+outPath {
		t.Errorf("got %s", got)
	}
	for _, v := range s.Config.Env {
		if name, _, _ := strings.Cut(v, "="); name == "builder" || name == "name" || name == "passAsFile" || name == "__json" {
			t.Errorf("%s is in the environment", v)
		}
	}
}

func TestAttributes(t *testing.T) {
	const outputs = `"outputs":{"out":"` + outPath + `"}}`
	const declareOutputs = "declare -A outputs=(['out']='" + outPath + "' )\n"
	for _, test := range []struct {
		name, attrs         string
		options             func(*Options)
		wantJSON, wantShell string
	}{
		{name: "names are replaced by paths", attrs: `{"outputs":["out"]}`, wantJSON: `{` + outputs, wantShell: declareOutputs},
		{name: "placeholder", attrs: `{"a":"` + outPlaceholder + `"}`, wantJSON: `{"a":"` + outPath + `",` + outputs, wantShell: "declare a='" + outPath + "'\n" + declareOutputs},
		{name: "names that are none in the shell", attrs: `{"1a":1,"":1,"a-b":1,"ä":1,"_9":1}`, wantJSON: `{"":1,"1a":1,"_9":1,"a-b":1,` + strings.TrimSuffix(outputs, "}") + `,"ä":1}`, wantShell: "declare _9=1\n" + declareOutputs},
		{name: "HTML is no matter", attrs: `{"a":"<&>"}`, wantJSON: `{"a":"<&>",` + outputs, wantShell: "declare a='<&>'\n" + declareOutputs},
		{name: "numbers", attrs: `{"a":1e2,"b":1e300,"c":0.5,"d":-0.0,"e":1E999999999}`, wantJSON: `{"a":1e2,"b":1e300,"c":0.5,"d":-0.0,"e":1E999999999,` + outputs,
			wantShell: "declare a=100\ndeclare d=0\n" + declareOutputs},
		{name: "extra packages", attrs: `{"nativeBuildInputs":["/x"]}`, options: func(o *Options) { o.ExtraPackages = []store.Path{cowPath} },
			wantJSON:  `{"nativeBuildInputs":["/x","` + cowPath + `"],` + outputs,
			wantShell: "declare -a nativeBuildInputs=('/x' '" + cowPath + "' )\n" + declareOutputs},
		{name: "extra packages alone", attrs: `{}`, options: func(o *Options) { o.ExtraPackages = []store.Path{cowPath} },
			wantJSON: `{"nativeBuildInputs":["` + cowPath + `"],` + outputs, wantShell: "declare -a nativeBuildInputs=('" + cowPath + "' )\n" + declareOutputs},
		{name: "extra packages in a string", attrs: `{"nativeBuildInputs":"/x"}`, options: func(o *Options) { o.ExtraPackages = []store.Path{cowPath} },
			wantJSON: `{"nativeBuildInputs":"/x ` + cowPath + `",` + outputs, wantShell: "declare nativeBuildInputs='/x " + cowPath + "'\n" + declareOutputs},
		{name: "shell hook", attrs: `{"shellHook":"a"}`, options: func(o *Options) { o.ShellHook = "b" },
			wantJSON: `{` + strings.TrimSuffix(outputs, "}") + `,"shellHook":"a\nb"}`, wantShell: declareOutputs + "declare shellHook='a\nb'\n"},
		{name: "shell hook alone", attrs: `{"shellHook":null}`, options: func(o *Options) { o.ShellHook = "b" },
			wantJSON: `{` + strings.TrimSuffix(outputs, "}") + `,"shellHook":"b"}`, wantShell: declareOutputs + "declare shellHook='b'\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, o := hello(nil), options()
			d.StructuredAttrs = test.attrs
			if test.options != nil {
				test.options(&o)
			}
			s := mustNew(t, d, o)
			if got := s.content(t, ".attrs.json"); got != test.wantJSON {
				t.Errorf(".attrs.json: got %s, want %s", got, test.wantJSON)
			}
			if got := s.content(t, ".attrs.sh"); got != test.wantShell {
				t.Errorf(".attrs.sh: got %s, want %s", got, test.wantShell)
			}
		})
	}
}
