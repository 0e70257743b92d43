package imagecheck_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/imagecheck"
)

const exampleConfig = `{
	"architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:01Z",
	"config": {
		"Cmd": ["/bin/hello", "-n"], "Env": ["A=1"], "Labels": {"org.example.title": "T", "a": "1"},
		"Healthcheck": {"Interval": 30000000000, "Test": ["CMD", "x"]}, "User": "", "ArgsEscaped": true, "Volumes": {"/data": {}}
	},
	"rootfs": {"type": "layers", "diff_ids": []}
}`

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		name, expect string
		want         []string
	}{
		{"fields of the config", `{"architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:01Z"}`, nil},
		{"nested", `{"config": {"Cmd": ["/bin/hello", "-n"]}, "rootfs": {"type": "layers"}}`, nil},
		{"dotted", `{"config.Cmd": ["/bin/hello", "-n"], "rootfs.type": "layers", "config.Healthcheck.Interval": 3e10}`, nil},
		{"short", `{"Cmd": ["/bin/hello", "-n"], "Healthcheck.Test": ["CMD", "x"], "Healthcheck": {"Interval": 30000000000}, "ArgsEscaped": true}`, nil},
		{"names with dots", `{"Labels.org.example.title": "T", "Labels": {"org.example.title": "T"}, "config.Labels.a": "1"}`, nil},
		{"objects are subsets", `{"Labels": {"a": "1"}, "Volumes": {"/data": {}}, "Labels.a": "1"}`, nil},
		{"null is for what is not there", `{"WorkingDir": null, "config": {"Entrypoint": null}, "history": null}`, nil},
		{"another value", `{"architecture": "arm64"}`, []string{`config: architecture is "amd64", want "arm64"`}},
		{"a longer list", `{"Cmd": ["/bin/hello", "-n", "x"]}`, []string{`config: Cmd is ["/bin/hello","-n"], want ["/bin/hello","-n","x"]`}},
		{"a shorter list", `{"config": {"Cmd": ["/bin/hello"]}}`, []string{`config: config.Cmd is ["/bin/hello","-n"], want ["/bin/hello"]`}},
		{"another order", `{"Cmd": ["-n", "/bin/hello"]}`, []string{`config: Cmd is ["/bin/hello","-n"], want ["-n","/bin/hello"]`}},
		{"another number", `{"Healthcheck.Interval": 30000000001}`, []string{`config: Healthcheck.Interval is 30000000000, want 30000000001`}},
		{"a number for a text", `{"Labels": {"a": 1}}`, []string{`config: Labels.a is "1", want 1`}},
		{"a field that is missing", `{"WorkingDir": "/"}`, []string{`config: WorkingDir is not set, want "/"`}},
		{"a field that is missing in an object", `{"Labels": {"b": "<2>"}}`, []string{`config: Labels has no "b", want "<2>"; it has a, org.example.title`}},
		{"an object that is none", `{"User": {"a": 1}}`, []string{`config: User is "", want an object with {"a":1}`}},
		{"something where nothing should be", `{"User": null}`, []string{`config: User is "", want not set`}},
		{"several", `{"os": "windows", "Env": []}`, []string{`config: Env is ["A=1"], want []`, `config: os is "linux", want "windows"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			img := newImage(t, exampleConfig, []string{"file=x"})
			if got := check(t, img, `{"config": `+test.expect+`}`); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if img.written != 0 {
				t.Errorf("%d layers were written for the config alone", img.written)
			}
		})
	}
}

func TestBadConfig(t *testing.T) {
	e, err := imagecheck.Parse([]byte(`{"config": {"os": "linux"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imagecheck.Run(context.Background(), newImage(t, "x"), e); err == nil || !strings.HasPrefix(err.Error(), "the image's config: ") {
		t.Errorf("got %v", err)
	}
}
