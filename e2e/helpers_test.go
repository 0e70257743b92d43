//go:build e2e

package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// helped is a copy of the workspace e2e/helpers, built once.
var helped struct {
	mu    sync.Mutex
	built *harness.Bazel
}

func helpersWorkspace(t *testing.T) harness.Bazel {
	t.Helper()
	harness.Need(t, harness.TestRoot)
	helped.mu.Lock()
	defer helped.mu.Unlock()
	if helped.built == nil {
		bazel := harness.LastingCopy(t, "e2e/helpers")
		bazel.Build(t, "//...")
		helped.built = &bazel
	}
	return *helped.built
}

// helpersImage loads an image of the workspace into Docker. The caller must
// remove it.
func helpersImage(t *testing.T, bazel harness.Bazel, docker *harness.DockerEngine, name string) image {
	t.Helper()
	stem := filepath.Join(bazel.Bin(t), name)
	i := image{bazel: bazel, label: "//:" + name, stem: stem, ref: "helpers/" + strings.ReplaceAll(name, "_", "-") + ":latest"}
	switch name {
	case "scripted", "copied", "copied_env", "shadow_as_root":
		docker.Load(t, stem+".tar")
	default:
		docker.Load(t, i.archive(t))
	}
	return i
}

// looks is what programs look up, and what they find with the helpers.
var looks = [][2]string{
	{"me", "alice /home/alice"},
	{"user=alice", "1000:100 /home/alice"},
	{"user=nobody", "65534:65534 /var/empty"},
	{"group=users", "100"},
	{"port=postgresql", "5432"},
	{"port=ours", "lookup tcp/ours: unknown port"},
	{"trust", "trusted"},
	{"zone=Test/Zone", "05:30 TST"},
	{"zone=UTC", "00:00 UTC"},
	{"local", "05:30 TST"},
	{"temporary=/tmp", "written"},
	{"temporary=/var/tmp", "written"},
	{"temporary=/home/alice", "written"},
	{"temporary=/var/cache/app", "written"},
	{"temporary=/home", "open /home/"},
	{"stat=/tmp", "1777 0:0"},
	{"stat=/var/tmp", "1777 0:0"},
	{"stat=/home/alice", "700 1000:100"},
	{"stat=/var/cache/app", "750 1000:1000"},
	{"read=/etc/nsswitch.conf", "hosts: files dns"},
	{"run=/bin/sh,-c,echo said by a shell", "said by a shell"},
	{"run=/bin/sh-script", "said by a script"},
	{"run=/bin/env-script", "said through env"},
}

// TestHelpers: programs find what the helpers give, whether these are linked,
// linked with scripts after them, copied, or in an environment of links.
func TestHelpers(t *testing.T) {
	harness.Lane(t, "helpers")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := helpersWorkspace(t)
	// Links are in directories of their own, copies in directories like a store's.
	for name, above := range map[string]string{
		"full": "755 0:0", "scripted": "755 0:0", "of_env": "755 0:0", "copied": "555 0:0", "copied_env": "555 0:0",
	} {
		t.Run(name, func(t *testing.T) {
			modes := [][2]string{{"stat=/var", above}, {"stat=/home", above}}
			find(t, docker, helpersImage(t, bazel, docker, name), slices.Concat(looks, modes))
		})
	}
}

// find runs the probe in a container, with one argument for each look, and
// removes the image.
func find(t *testing.T, docker *harness.DockerEngine, i image, looks [][2]string) {
	t.Helper()
	defer docker.Remove(t, i.ref)
	args := []string{"/bin/probe"}
	for _, look := range looks {
		args = append(args, look[0])
	}
	found := strings.Split(docker.RunImage(t, i.ref, args...).Must(t).Stdout, "\n")
	for n, look := range looks {
		if n >= len(found) || found[n] != look[1] && !(strings.HasSuffix(look[1], "/") && strings.HasPrefix(found[n], look[1])) {
			t.Errorf("%s: found %q, want %q", look[0], found[min(n, len(found)-1)], look[1])
		}
	}
}

// TestWithoutHelpers: what programs say that the page on troubles is about.
func TestWithoutHelpers(t *testing.T) {
	harness.Lane(t, "helpers")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := helpersWorkspace(t)
	i := helpersImage(t, bazel, docker, "bare")
	defer docker.Remove(t, i.ref)
	page := harness.ReadFile(t, filepath.Join(harness.Root(), "docs/troubleshooting.md"))
	for _, test := range []struct{ look, want, inPage string }{
		{"user=nonroot", "open /etc/passwd: no such file or directory", "open /etc/passwd: no such file or directory"},
		{"trust", "x509: certificate signed by unknown authority", "x509: certificate signed by unknown authority"},
		{"zone=Europe/Berlin", "unknown time zone Europe/Berlin", "unknown time zone Europe/Berlin"},
		{"temporary=", "open /tmp/", "/tmp/"},
		{"run=/bin/sh,-c,true", "fork/exec /bin/sh: no such file or directory", "fork/exec /bin/sh: no such file or directory"},
		{"run=/bin/sh-script", "fork/exec /bin/sh-script: no such file or directory", "no such file or directory"},
		{"port=postgresql", "lookup tcp/postgresql: unknown port", "lookup tcp/postgresql: unknown port"},
	} {
		out := docker.RunImage(t, i.ref, "/bin/probe", test.look).Must(t).Stdout
		contains(t, test.look, out, test.want)
		contains(t, "docs/troubleshooting.md", page, test.inPage)
	}
	t.Run("of Docker", func(t *testing.T) {
		for _, test := range []struct {
			options []string
			want    string
		}{
			{[]string{i.ref, "/bin/sh"}, `exec: "/bin/sh": stat /bin/sh: no such file or directory`},
			{[]string{i.ref, "/bin/sh-script"}, "exec /bin/sh-script: no such file or directory"},
			{[]string{"--user", "alice", i.ref, "/bin/probe"}, "unable to find user alice"},
		} {
			r := docker.Run(t, append([]string{"run", "--rm", "--network", "none"}, test.options...)...)
			contains(t, "Docker says", r.Stdout+r.Stderr, test.want)
			contains(t, "docs/troubleshooting.md", page, strings.ReplaceAll(test.want, "sh-script", "start"))
		}
	})
}

// TestHelpersOfOtherSources: objects, files and programs that the helpers take.
func TestHelpersOfOtherSources(t *testing.T) {
	harness.Lane(t, "helpers")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := helpersWorkspace(t)
	t.Run("others", func(t *testing.T) {
		find(t, docker, helpersImage(t, bazel, docker, "others"), [][2]string{
			{"me", "app /app"},
			{"user=app", "1000:1000 /app"},
			{"group=app", "1000"},
			{"user=root", "0:0 /var/empty"},
			{"stat=/var/empty", "755 0:0"},
			{"trust", "trusted"},
			{"port=ours", "4711"},
			{"run=/bin/sh-script", "said by a script"},
		})
	})
	t.Run("shadow_object", func(t *testing.T) {
		find(t, docker, helpersImage(t, bazel, docker, "shadow_object"), [][2]string{
			{"user=root", "0:0 /root"},
			{"read=/etc/shadow", "root:!x:::::::"},
			{"read=/etc/gshadow", "root:x::"},
			{"read=/etc/login.defs", ""},
			{"port=ours", "4711"},
		})
	})
	for _, name := range []string{"shadow_script", "shadow_as_root"} {
		t.Run(name, func(t *testing.T) {
			find(t, docker, helpersImage(t, bazel, docker, name), [][2]string{
				{"me", "hello /home/hello"},
				{"stat=/data", "755 999:999"},
				{"temporary=/data", "written"},
				{"stat=/etc/pam.d/other", "644 0:0"},
				{"user=root", "0:0 /root"},
			})
		})
	}
}

// TestBuildEnv: what an environment links, beside other contents and in part.
func TestBuildEnv(t *testing.T) {
	harness.Lane(t, "helpers")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := helpersWorkspace(t)
	t.Run("beside other contents", func(t *testing.T) {
		find(t, docker, helpersImage(t, bazel, docker, "beside_env"), [][2]string{
			{"run=/bin/sh-script", "said by a script"},
		})
	})
	t.Run("in part", func(t *testing.T) {
		find(t, docker, helpersImage(t, bazel, docker, "of_only_bin"), [][2]string{
			{"run=/bin/sh,-c,echo said", "said"},
			{"stat=/tmp", "stat /tmp: no such file or directory"},
			{"stat=/etc/passwd", "stat /etc/passwd: no such file or directory"},
		})
	})
	t.Run("a file may change", func(t *testing.T) {
		bazel.Build(t, "//:root")
		script := filepath.Join(bazel.Dir, "sh-script")
		harness.WriteFile(t, script, harness.ReadFile(t, script)+"echo again\n")
		for _, spawn := range bazel.Spawns(t, "//:root") {
			if spawn.Mnemonic == "BuildEnv" {
				t.Errorf("%s ran again: what changed is in one object alone", spawn)
			}
		}
	})
}

// TestBadHelpers: builds that must fail, and what they say.
func TestBadHelpers(t *testing.T) {
	harness.Lane(t, "helpers")
	bazel := helpersWorkspace(t)
	for _, test := range []struct{ target, want string }{
		{"no_shell", "//:probe: there is no bin/bash and no bin/sh and no bin/dash and no bin/busybox in it: set path to what there is; in bin there is probe"},
		{"not_executable", "//bad:text: bin/env is a file that is not executable, want a program: set path to what there is; in bin there is env"},
		{"no_certificates", "//bad:BUILD.bazel: no certificate in it: want PEM"},
		{"no_certificates_in_object", "//bad:text: bin/env: no certificate in it: want PEM"},
		{"no_iana", "//bad:text: there is no etc/protocols in it: set path to what there is; in it there is bin"},
		{"no_zone", "//:zones: there is no zoneinfo/Mars/Base in it: set path to what there is; in zoneinfo there is Test, UTC"},
		{"collision", "/bin/probe: //:probe gives a program and //bad:other_probe gives a file\nremove one of each pair from paths"},
		{"tmp_is_a_link", `/tmp: //bad:tmp gives a directory of mode 1777, and there is a link to "/var/tmp"`},
	} {
		t.Run(test.target, func(t *testing.T) {
			contains(t, "the error", bazel.Run(t, "build", "//bad:"+test.target).MustFail(t, 1).Stderr, test.want)
		})
	}
	t.Run("ignored", func(t *testing.T) {
		contains(t, "the warning", bazel.Run(t, "build", "//bad:ignored_collision").Must(t).Stderr, "warning: /bin/probe: //:probe gives a program and //bad:other_probe gives a file: the first is kept")
	})
}
