package derivation

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// TestParseJSONOfNix compares what Nix shows of a derivation with the
// derivation itself.
func TestParseJSONOfNix(t *testing.T) {
	for _, fixture := range fixtures {
		if fixture.file == "binary" {
			continue // JSON cannot hold it
		}
		t.Run(fixture.file, func(t *testing.T) {
			got, err := ParseJSON(readFixture(t, fixture.file+".json"), store.DefaultDir)
			if err != nil {
				t.Fatal(err)
			}
			if want := parseFixture(t, fixture.file); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

const (
	xDrv = "/nix/store/cmm4047hmb8h3ydc0807y6gka7rdpmr7-x-1.drv"
	yDrv = "/nix/store/6fw97d0502259gbxg53dgwdy088hdrpd-y.drv"
	xOut = "/nix/store/irs20q68vbbnc0rq3ba076s06am9fcsd-x-1"
	src  = "/nix/store/dbmmzgmf1qijmazm73w86j9rhz82ivn0-builder.sh"
)

// TestParseJSONShapes has one derivation in the shapes of several versions of
// Nix, which the manuals of those describe.
func TestParseJSONShapes(t *testing.T) {
	base := func(path string) string { return strings.TrimPrefix(path, "/nix/store/") }
	const rest = `"builder":"/bin/sh","args":["-c","true"],"env":{"out":"` + xOut + `","a":"ä"}`
	want := &Derivation{
		Name:      "x-1",
		Outputs:   map[string]Output{"out": {Path: xOut}},
		InputDrvs: map[store.Path][]string{yDrv: {"dev", "out"}},
		InputSrcs: []store.Path{src},
		System:    "x86_64-linux", Builder: "/bin/sh", Args: []string{"-c", "true"},
		Env: map[string]string{"out": xOut, "a": "ä"},
	}
	for _, test := range []struct{ name, in string }{
		{"2.3", `{"` + xDrv + `":{"outputs":{"out":{"path":"` + xOut + `"}},"inputSrcs":["` + src + `"],"inputDrvs":{"` + yDrv + `":["dev","out"]},"platform":"x86_64-linux",` + rest + `}}`},
		{"2.8", `{"` + xDrv + `":{"outputs":{"out":{"path":"` + xOut + `"}},"inputSrcs":["` + src + `"],"inputDrvs":{"` + yDrv + `":["dev","out"]},"system":"x86_64-linux",` + rest + `}}`},
		{"2.20", `{"` + xDrv + `":{"name":"x-1","outputs":{"out":{"path":"` + xOut + `"}},"inputSrcs":["` + src + `"],"inputDrvs":{"` + yDrv + `":{"dynamicOutputs":{},"outputs":["dev","out"]}},"system":"x86_64-linux",` + rest + `}}`},
		{"2.32", `{"` + base(xDrv) + `":{"name":"x-1","version":3,"outputs":{"out":{"path":"` + base(xOut) + `"}},"inputSrcs":["` + base(src) + `"],"inputDrvs":{"` + base(yDrv) + `":{"dynamicOutputs":{},"outputs":["dev","out"]}},"system":"x86_64-linux",` + rest + `}}`},
		{"version 3 with its version outside", `{"version":3,"derivations":{"` + base(xDrv) + `":{"name":"x-1","version":3,"outputs":{"out":{"path":"` + base(xOut) + `"}},"inputSrcs":["` + base(src) + `"],"inputDrvs":{"` + base(yDrv) + `":{"dynamicOutputs":{},"outputs":["dev","out"]}},"system":"x86_64-linux",` + rest + `}}}`},
		{"2.34", `{"version":4,"derivations":{"` + base(xDrv) + `":{"name":"x-1","version":4,"outputs":{"out":{"path":"` + base(xOut) + `"}},"inputs":{"srcs":["` + base(src) + `"],"drvs":{"` + base(yDrv) + `":{"dynamicOutputs":{},"outputs":["dev","out"]}}},"system":"x86_64-linux",` + rest + `}}}` + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseJSON([]byte(test.in), store.DefaultDir)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// shown is a derivation with the outputs, and the environment beside "out".
func shown(outputs, env string) string {
	return `{"` + xDrv + `":{"outputs":` + outputs + `,"builder":"/bin/sh","env":{"out":"` + xOut + `"` + env + `}}}`
}

func TestParseJSONOutputs(t *testing.T) {
	fixed := Output{Path: xOut, HashAlgo: "r:sha256", Hash: "00ff"}
	for _, test := range []struct {
		name, in string
		want     Output
	}{
		{"method in the algorithm", `{"path":"` + xOut + `","hashAlgo":"r:sha256","hash":"00ff"}`, fixed},
		{"method apart", `{"path":"` + xOut + `","method":"nar","hashAlgo":"sha256","hash":"00ff"}`, fixed},
		{"method by its old name", `{"path":"` + xOut + `","method":"recursive","hashAlgo":"sha256","hash":"00ff"}`, fixed},
		{"hash with its algorithm", `{"method":"nar","hash":"sha256-AP8="}`, fixed},
		{"hash as an object", `{"method":"nar","hash":{"algorithm":"sha256","format":"base16","hash":"00ff"}}`, fixed},
		{"hash as an object, base 64", `{"method":"nar","hash":{"algorithm":"sha256","format":"base64","hash":"AP8="}}`, fixed},
		{"flat", `{"method":"flat","hash":"sha1-AP8="}`, Output{Path: xOut, HashAlgo: "sha1", Hash: "00ff"}},
		{"text", `{"method":"text","hash":"sha1-AP8="}`, Output{Path: xOut, HashAlgo: "text:sha1", Hash: "00ff"}},
		{"git", `{"method":"git","hash":"sha1-AP8="}`, Output{Path: xOut, HashAlgo: "git:sha1", Hash: "00ff"}},
		{"floating", `{"hashAlgo":"r:sha256"}`, Output{HashAlgo: "r:sha256"}},
		{"impure", `{"hashAlgo":"sha256","method":"nar","impure":true}`, Output{HashAlgo: "r:sha256", Hash: "impure"}},
		{"deferred", `{}`, Output{}},
		{"deferred with nulls", `{"path":null,"hash":null,"method":null,"hashAlgo":null}`, Output{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := ParseJSON([]byte(shown(`{"out":`+test.in+`}`, "")), store.DefaultDir)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Outputs["out"]; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestParseJSONStructuredAttrs(t *testing.T) {
	const want = `{"a":[1,2.50],"b":"ü"}`
	out := `{"out":{"path":"` + xOut + `"}}`
	for _, test := range []struct{ name, in string }{
		{"in the environment", shown(out, `,"__json":"{\"a\":[1,2.50],\"b\":\"ü\"}"`)},
		{"in a field", strings.Replace(shown(out, ""), `"builder"`, `"structuredAttrs":{ "a": [1, 2.50], "b": "ü" },"builder"`, 1)},
	} {
		d, err := ParseJSON([]byte(test.in), store.DefaultDir)
		if err != nil {
			t.Fatal(err)
		}
		if d.StructuredAttrs != want || len(d.Env) != 1 || d.Name != "x-1" {
			t.Errorf("%s: got %s, %v, name %s", test.name, d.StructuredAttrs, d.Env, d.Name)
		}
	}
}

func TestParseJSONErrors(t *testing.T) {
	out := `{"out":{"path":"` + xOut + `"}}`
	good := shown(out, "")
	for _, test := range []struct{ name, in, wantErr string }{
		{"empty", "", "derivation as JSON: unexpected EOF"},
		{"a .drv", "Derive(", "byte 1: invalid character 'D'"},
		{"not UTF-8", shown(out, ",\"a\":\"\xff\""), "not UTF-8: give the .drv file itself, which can hold any bytes"},
		{"trailing", good + "x", "something follows the JSON value"},
		{"wrong type", strings.Replace(good, `"/bin/sh"`, "1", 1), "byte 144: json: cannot unmarshal number"},
		{"none", "{}", "0 derivations: show exactly one, without --recursive"},
		{"two", `{"` + xDrv + `":{},"` + yDrv + `":{}}`, "2 derivations: show exactly one, without --recursive"},
		{"newer", `{"version":5,"derivations":{}}`, "version 5 is newer than 4: give the .drv file itself"},
		{"newer inside", `{"` + xDrv + `":{"version":5}}`, xDrv + ": version 5 is newer than 4"},
		{"key", `{"x":{}}`, `"/nix/store/x" is not a store path`},
		{"key of no derivation", `{"` + xOut + `":{}}`, "its name does not end in .drv"},
		{"no outputs", shown("{}", ""), "no outputs"},
		{"output's path", shown(`{"out":{"path":"/tmp"}}`, ""), `output "out": "/tmp" is not a store path`},
		{"unknown method", shown(`{"out":{"method":"zip"}}`, ""), `the method "zip" is not known: give the .drv file itself`},
		{"unknown format", shown(`{"out":{"hash":{"format":"nix32"}}}`, ""), `the format "nix32" of a hash is not known: give the .drv file itself`},
		{"bad base 64", shown(`{"out":{"hash":"sha256-!"}}`, ""), "illegal base64 data"},
		{"input", strings.Replace(good, `"builder"`, `"inputDrvs":{"y":[]},"builder"`, 1), "input derivation: "},
		{"source", strings.Replace(good, `"builder"`, `"inputSrcs":["y"],"builder"`, 1), "input source: "},
		{"dynamic input", strings.Replace(good, `"builder"`, `"inputDrvs":{"`+yDrv+`":{"outputs":[],"dynamicOutputs":{"a":{}}}},"builder"`, 1), "an input is a dynamic derivation, which is not supported"},
		{"zero byte", shown(out, `,"a":"\u0000"`), `a zero byte in "\x00"`},
		{"name", strings.Replace(good, `"builder"`, `"name":"a b","builder"`, 1), `the name "a b" is not made of`},
		{"structured", shown(out, `,"__json":"x"`), "the structured attributes are not a JSON object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseJSON([]byte(test.in), store.DefaultDir)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got  %v\nwant %s", err, test.wantErr)
			}
		})
	}
}

// FuzzParseJSON checks that whatever is accepted makes a .drv that Parse
// accepts, too.
func FuzzParseJSON(f *testing.F) {
	for _, fixture := range fixtures {
		data, err := os.ReadFile("testdata/" + fixture.file + ".json")
		if err == nil {
			f.Add(data)
		}
	}
	f.Add([]byte(shown(`{"out":{"path":"`+xOut+`","hashAlgo":"r:sha256","hash":"00ff"}}`, `,"name":"x"`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseJSON(data, store.DefaultDir)
		if err != nil {
			return
		}
		again, err := Parse(d.Marshal())
		if err != nil {
			if strings.Contains(err.Error(), "name") {
				return // a .drv has its name in an attribute, JSON need not
			}
			t.Fatalf("accepted, but its .drv %s is refused: %v", d.Marshal(), err)
		}
		again.Name = d.Name
		if !reflect.DeepEqual(d, again) {
			t.Errorf("got %+v, its .drv has %+v", d, again)
		}
	})
}
