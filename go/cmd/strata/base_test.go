package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/isotime"
)

// dockerArchive writes an image that build made as a docker archive.
func (c *closureOf) dockerArchive(t *testing.T) string {
	t.Helper()
	img, err := imagefile.OpenRecords(c.describe(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := archive.Write(t.Context(), &out, img.Archive()); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "base.tar", out.String())
}

// TestBaseCommand: an image of ours is the same base by its descriptions and
// as an archive, whichever objects share a layer.
func TestBaseCommand(t *testing.T) {
	for _, maxLayers := range []string{"2", "3", "99"} {
		c := generate(t)
		c.build(t, maxLayers)
		c.step(t, "base", "--layers", c.path("layers.json"), "--config", c.path("image.json"), "--out", c.path("1.json"), "--config-out", c.path("1.config"))
		warnings := c.step(t, "base", "--image", c.dockerArchive(t), "--name=", "--tag=latest", "--architecture=amd64", "--store-dir=/nix/store",
			"--out", c.path("2.json"), "--config-out", c.path("2.config"), "--layers-out", c.path("2.layers"))
		if want := "strata base: warning: the base image's tag latest is given without a name: the first image is taken\n"; warnings != want {
			t.Errorf("got %q, want %q", warnings, want)
		}
		first, second := readFile(t, c.path("1.json")), readFile(t, c.path("2.json"))
		if first != second || strings.Contains(first, `-app":""`) || !strings.Contains(first, appPath+`":"sha256:`) {
			t.Errorf("%s layers: got\n%sand\n%s", maxLayers, first, second)
		}
		c.step(t, "base", "--layers", c.path("2.layers"), "--config", c.path("2.config"), "--out", c.path("3.json"), "--config-out", c.path("3.config"))
		if third := readFile(t, c.path("3.json")); third != first {
			t.Errorf("%s layers: as an image of its own it is\n%swant\n%s", maxLayers, third, first)
		}
		for _, name := range []string{"1.config", "2.config", "3.config"} {
			if readFile(t, c.path(name)) != readFile(t, c.path("image.json")) {
				t.Errorf("%s is not the base's config", name)
			}
		}
	}
}

func TestBaseCommandErrors(t *testing.T) {
	c := generate(t)
	c.build(t, "99")
	whole := c.dockerArchive(t)
	data := readFile(t, whole)
	const usage = "give --image, or both --layers and --config"
	for _, test := range []struct {
		name    string
		args    []string
		wantErr string
	}{
		{"nothing", nil, usage},
		{"both", []string{"--image", whole, "--layers", c.path("layers.json"), "--config", c.path("image.json")}, usage},
		{"no config", []string{"--layers", c.path("layers.json")}, usage},
		{"absent", []string{"--image", c.path("absent")}, "base image " + c.path("absent") + ": no such file or directory"},
		{"cut", []string{"--image", writeFile(t, "cut.tar", data[:len(data)/2])}, "truncated"},
		{"another image", []string{"--image", whole, "--name=other", "--tag=v1"}, "it has no image other:v1: there are hello:"},
		{"config of something else", []string{"--layers", c.path("layers.json"), "--config", writeFile(t, "x", "{}")}, `config of the base image: it has no "os"`},
		{"layers of something else", []string{"--layers", c.path("plan.json"), "--config", c.path("image.json")}, "plan.json: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			status, text := strata(append([]string{"base", "--out", filepath.Join(folder, "base.json"), "--config-out", filepath.Join(folder, "config")}, test.args...)...)
			if status != command.ExitBadInput || !strings.HasPrefix(text, "strata base: ") || !strings.Contains(text, test.wantErr) {
				t.Errorf("status %d: %s, want %s", status, text, test.wantErr)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("%v, %v", left, err)
			}
		})
	}
}

// TestConfigOnBase: the flags of an image that is built on another.
func TestConfigOnBase(t *testing.T) {
	below := generate(t)
	below.build(t, "99")
	c := onBase(t, below)
	run := func(args ...string) (int, string, string) {
		folder := t.TempDir()
		status, text := runConfig(folder, append([]string{"--plan", c.path("plan.json"), "--rest", c.path("rest.json"), "--customisation", c.path("customisation.json"),
			"--layer", c.path("app.layer.json")}, args...)...)
		if status != 0 {
			return status, text, ""
		}
		return status, text, readFile(t, filepath.Join(folder, "config.json"))
	}
	based := []string{"--base", c.path("base.json"), "--base-config", c.path("base-config.json"), "--config", writeFile(t, "user.json", `{"User": "me"}`)}
	status := writeFile(t, "volatile-status.txt", "BUILD_HOST x\nBUILD_TIMESTAMP 1700000000\n")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"all", nil, `"config":{"Cmd":["` + appPath + `/bin/app"],"User":"me"}`},
		{"some", []string{"--inherit=Cmd"}, `"config":{"Cmd":["` + appPath + `/bin/app"],"User":"me"}`},
		{"others", []string{"--inherit=Env", "--inherit=User"}, `"config":{"User":"me"}`},
		{"none", []string{"--inherit="}, `"config":{"User":"me"}`},
		{"time of the build", []string{"--created-file", status}, `"created":"2023-11-14T22:13:20Z"`},
	} {
		got, text, config := run(append(test.args, based...)...)
		const warning = "strata config: warning: the base image is for the architecture amd64, the image for arm64\n"
		if got != 0 || text != warning || !strings.Contains(config, test.want) {
			t.Errorf("%s: status %d: %s%s, want %s", test.name, got, text, config, test.want)
		}
	}
	for _, test := range []struct {
		name    string
		args    []string
		wantErr string
	}{
		{"no base.json", based[2:], "--base and --base-config belong together"},
		{"no config", append(based[:2:2], based[4:]...), "--base and --base-config belong together"},
		{"unknown field", append([]string{"--inherit=Command"}, based...), `inherit_config: unknown field "Command"`},
		{"no status file", append([]string{"--created-file", c.path("plan.json")}, based...), "no BUILD_TIMESTAMP"},
		{"architecture of others", append([]string{"--architecture=x86_64"}, based...), `architecture: "x86_64" is not a GOARCH: write "amd64"`},
	} {
		if got, text, _ := run(test.args...); got != command.ExitBadInput || !strings.Contains(text, test.wantErr) {
			t.Errorf("%s: status %d: %s, want %s", test.name, got, text, test.wantErr)
		}
	}
}

// TestTime: the time of the build is read again as it is, also when it looks
// like a date or a year.
func TestTime(t *testing.T) {
	for seconds, want := range map[string]int64{"1700000000": 1_700_000_000, "20260131": 20_260_131, "2026": 2026, "0": 0, "-1": -1} {
		out := filepath.Join(t.TempDir(), "image.time")
		if status, text := strata("time", "--status", writeFile(t, "status.txt", "BUILD_TIMESTAMP "+seconds+"\n"), "--out", out); status != 0 {
			t.Fatalf("%s: status %d: %s", seconds, status, text)
		}
		if got, err := isotime.Resolve("@" + out); err != nil || got != want {
			t.Errorf("%s: got %d, %v", seconds, got, err)
		}
	}
}
