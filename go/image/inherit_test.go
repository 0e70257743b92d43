package image

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// TestInherit compares with what FROM does in a Dockerfile, as Docker's
// reference of Dockerfiles and BuildKit describe it.
func TestInherit(t *testing.T) {
	const full = `{"User":"app","ExposedPorts":{"80/tcp":{}},"Env":["PATH=/bin","A=1"],"Entrypoint":["/e"],"Cmd":["c"],"Volumes":{"/v":{}},` +
		`"WorkingDir":"/w","Labels":{"a":"1","b":"2"},"StopSignal":"SIGINT","Healthcheck":{"Test":["CMD","h"],"Interval":1000000,"Retries":3},"Shell":["/sh"],"ArgsEscaped":true}`
	drop := func(field string) string {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(full), &m); err != nil {
			t.Fatal(err)
		}
		delete(m, field)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, test := range []struct {
		name       string
		base, user string
		fields     []string
		want       string
	}{
		{"nothing set", full, `{}`, nil, full},
		{"nothing below", `{}`, full, nil, full},
		{"null below", `null`, `{"Cmd":["x"]}`, nil, `{"Cmd":["x"]}`},
		{"nulls below", `{"Env":null,"Cmd":null,"Labels":null}`, `{"Env":["A=1"],"Labels":{"a":"b"}}`, nil, `{"Env":["A=1"],"Labels":{"a":"b"}}`},
		{"Cmd", `{"Cmd":["a"],"Entrypoint":["e"]}`, `{"Cmd":["b"]}`, nil, `{"Cmd":["b"],"Entrypoint":["e"]}`},
		{"Entrypoint drops Cmd", `{"Cmd":["a"],"Entrypoint":["e"]}`, `{"Entrypoint":["f"]}`, nil, `{"Entrypoint":["f"]}`},
		{"Entrypoint and Cmd", `{"Cmd":["a"],"Entrypoint":["e"]}`, `{"Entrypoint":["f"],"Cmd":["g"]}`, nil, `{"Cmd":["g"],"Entrypoint":["f"]}`},
		{"empty Entrypoint", `{"Cmd":["a"],"Entrypoint":["e"]}`, `{"Entrypoint":[]}`, nil, `{"Entrypoint":[]}`},
		{"null Entrypoint", `{"Cmd":["a"],"Entrypoint":["e"]}`, `{"Entrypoint":null}`, nil, `{}`},
		{"null Cmd", `{"Cmd":["a"],"Entrypoint":["e"]}`, `{"Cmd":null}`, nil, `{"Entrypoint":["e"]}`},
		{"User, WorkingDir, StopSignal, Shell", `{"User":"a","WorkingDir":"/a","StopSignal":"1","Shell":["a"]}`, `{"User":"b","WorkingDir":"/b","StopSignal":"2","Shell":["b"]}`, nil,
			`{"User":"b","WorkingDir":"/b","StopSignal":"2","Shell":["b"]}`},
		{"empty User", `{"User":"a"}`, `{"User":""}`, nil, `{"User":""}`},
		{"Env keeps places", `{"Env":["A=1","B=2"]}`, `{"Env":["C=3","A=9"]}`, nil, `{"Env":["A=9","B=2","C=3"]}`},
		{"Env set twice", `{"Env":["A=1"]}`, `{"Env":["B=2","A=9","B=3"]}`, nil, `{"Env":["A=9","B=3"]}`},
		{"Env empty", `{"Env":["A=1"]}`, `{"Env":[]}`, nil, `{"Env":["A=1"]}`},
		{"Env null", `{"Env":["A=1"]}`, `{"Env":null}`, nil, `{}`},
		{"Env with empty values", `{"Env":["A=1","B"]}`, `{"Env":["A=","B=2"]}`, nil, `{"Env":["A=","B=2"]}`},
		{"Env's names are their case", `{"Env":["path=1"]}`, `{"Env":["PATH=2"]}`, nil, `{"Env":["path=1","PATH=2"]}`},
		{"Labels", `{"Labels":{"a":"1","b":"2"}}`, `{"Labels":{"b":"3","c":"4"}}`, nil, `{"Labels":{"a":"1","b":"3","c":"4"}}`},
		{"Labels null", `{"Labels":{"a":"1"}}`, `{"Labels":null}`, nil, `{}`},
		{"ExposedPorts and Volumes", `{"ExposedPorts":{"80":{}},"Volumes":{"/a":{}}}`, `{"ExposedPorts":{"81":{}},"Volumes":{"/b":{}}}`, nil,
			`{"ExposedPorts":{"80":{},"81":{}},"Volumes":{"/a":{},"/b":{}}}`},
		{"Healthcheck's test", `{"Healthcheck":{"Test":["CMD","a"],"Interval":5000000}}`, `{"Healthcheck":{"Test":["CMD","b"]}}`, nil,
			`{"Healthcheck":{"Interval":5000000,"Test":["CMD","b"]}}`},
		{"Healthcheck switched off", `{"Healthcheck":{"Test":["CMD","a"]}}`, `{"Healthcheck":{"Test":["NONE"]}}`, nil, `{"Healthcheck":{"Test":["NONE"]}}`},
		{"Healthcheck's times", `{"Healthcheck":{"Test":["CMD","a"],"Interval":5000000,"Retries":2}}`, `{"Healthcheck":{"Test":[],"Interval":6000000,"Retries":0}}`, nil,
			`{"Healthcheck":{"Test":["CMD","a"],"Interval":6000000,"Retries":2}}`},
		{"Healthcheck null", `{"Healthcheck":{"Test":["CMD","a"]}}`, `{"Healthcheck":null}`, nil, `{}`},
		{"OnBuild is not inherited", `{"OnBuild":["RUN x"],"Cmd":["a"]}`, `{}`, nil, `{"Cmd":["a"]}`},
		{"OnBuild of one's own", `{"OnBuild":["RUN x"]}`, `{"OnBuild":["RUN y"]}`, nil, `{"OnBuild":["RUN y"]}`},
		{"the container that the base was made in", `{"Hostname":"x","Domainname":"","Image":"sha256:1","Tty":true,"AttachStdin":false,"Cmd":["a"]}`, `{}`, nil, `{"Cmd":["a"]}`},
		{"resources, which FROM drops", `{"Memory":1,"MemorySwap":-1,"CpuShares":2,"Cpuset":"0","CpuSet":"0","Cmd":["a"]}`, `{}`, nil, `{"Cmd":["a"]}`},
		{"resources of one's own", `{"Memory":1,"CpuShares":2}`, `{"Memory":3}`, nil, `{"Memory":3}`},
		{"fields that nobody knows", `{"StopTimeout":3,"X":{"y":9007199254740993}}`, `{}`, nil, `{"StopTimeout":3,"X":{"y":9007199254740993}}`},
		{"Env alone", full, `{"Env":["A=2"],"Cmd":["x"]}`, []string{"Env"}, `{"Env":["PATH=/bin","A=2"],"Cmd":["x"]}`},
		{"nothing inherited", full, `{"Cmd":["x"]}`, []string{}, `{"Cmd":["x"]}`},
		{"all but one", full, `{}`, []string{"ArgsEscaped", "Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "Shell", "StopSignal", "User", "Volumes"}, drop("WorkingDir")},
		{"Cmd inherited, Entrypoint set", full, `{"Entrypoint":["x"]}`, []string{"Cmd"}, `{"Entrypoint":["x"]}`},
		{"unknown fields not asked for", `{"X":1,"User":"a"}`, `{}`, []string{"User"}, `{"User":"a"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var base map[string]json.RawMessage
			if err := json.Unmarshal([]byte(test.base), &base); err != nil {
				t.Fatal(err)
			}
			got, err := inherit(base, json.RawMessage(test.user), test.fields)
			if err != nil {
				t.Fatal(err)
			}
			want, err := jsonfile.Marshal(json.RawMessage(test.want))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestInheritErrors(t *testing.T) {
	for _, test := range []struct {
		base, user string
		fields     []string
		wantErr    string
	}{
		{`{"Env":"A=1"}`, `{"Env":["A=2"]}`, nil, "Env: that of the base image: json: "},
		{`{"Labels":[]}`, `{"Labels":{"a":"b"}}`, nil, "Labels: those of the base image: json: "},
		{`{"Healthcheck":1}`, `{"Healthcheck":{}}`, nil, "Healthcheck: that of the base image: json: "},
		{`{}`, `{}`, []string{"Env", "Command"}, `inherit_config: unknown field "Command": the fields are ArgsEscaped, Cmd, `},
		{`{}`, `{}`, []string{"OnBuild"}, `inherit_config: OnBuild is never inherited, as in a Dockerfile's FROM: the fields are ArgsEscaped, Cmd, Entrypoint, `},
		{`{}`, `{}`, []string{"Memory"}, `inherit_config: Memory is never inherited`},
		{`{}`, `{}`, []string{"Hostname"}, `inherit_config: Hostname is never inherited`},
		{`{}`, `{}`, []string{"env"}, `inherit_config: unknown field "env"`},
	} {
		var base map[string]json.RawMessage
		if err := json.Unmarshal([]byte(test.base), &base); err != nil {
			t.Fatal(err)
		}
		if _, err := inherit(base, json.RawMessage(test.user), test.fields); err == nil || !strings.HasPrefix(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.base, err, test.wantErr)
		}
	}
}

// TestInheritable: the rules and the code know the same fields.
func TestInheritable(t *testing.T) {
	rules, err := os.ReadFile("../../rules/private/rules/image_attributes.bzl")
	if err != nil {
		t.Skip("the rules are not beside the code: ", err)
	}
	list := regexp.MustCompile(`(?s)\n_INHERITABLE = \[(.*?)\]`).FindSubmatch(rules)
	if list == nil {
		t.Fatal("no list of inheritable fields")
	}
	got := strings.FieldsFunc(string(list[1]), func(r rune) bool { return strings.ContainsRune("\", \n", r) })
	if want := inheritable(); !slices.Equal(got, want) {
		t.Errorf("the rules have %q, the code has %q", got, want)
	}
}
