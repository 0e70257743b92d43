//go:build e2e

package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// loadTarget is an engine that an image is loaded into.
type loadTarget struct {
	name string
	// env makes it the engine that is chosen.
	env []string
	// chains says that it knows a layer together with those below it.
	chains bool
	// printed is what load prints the image's name as.
	printed string
	// says is what a container of the image says.
	says func(t *testing.T) string
	// remove takes the image away, where the engine is not the test's own.
	remove func(t *testing.T)
}

const missingLayers = "missing-layers:latest"

// loadTargets are the engines, each with a store of its own.
func loadTargets(t *testing.T) []loadTarget {
	var targets []loadTarget
	for _, store := range harness.Stores {
		docker := harness.Docker(t, store)
		targets = append(targets, loadTarget{
			name: "docker, " + string(store) + " store", env: []string{"DOCKER_HOST=" + docker.Host},
			chains: store == harness.ClassicStore, printed: missingLayers,
			says:   func(t *testing.T) string { return docker.RunImage(t, missingLayers).Must(t).Stdout },
			remove: func(t *testing.T) { docker.Remove(t, missingLayers) },
		})
	}
	podman := harness.Podman(t)
	targets = append(targets, loadTarget{
		name: "podman", env: []string{"CONTAINER_HOST=" + podman.Serve(t)}, printed: "localhost/" + missingLayers,
		says: func(t *testing.T) string { return podman.RunImage(t, missingLayers).Must(t).Stdout },
	})
	containerd := harness.Containerd(t)
	return append(targets, loadTarget{
		name: "containerd", env: []string{"CONTAINERD_ADDRESS=" + containerd.Address}, printed: "docker.io/library/" + missingLayers,
		says: func(t *testing.T) string {
			return containerd.RunImage(t, "docker.io/library/"+missingLayers).Must(t).Stdout
		},
	})
}

var summary = regexp.MustCompile(`(?m)^(\d+ of \d+) layers sent, .* to (Docker|Podman|containerd)`)

// TestLoadSendsWhatIsMissing: every engine gets the layers that it lacks and no
// others, and runs the image afterwards. A changed layer is sent alone, but to
// Docker's classic store, which knows no layer without those below it.
func TestLoadSendsWhatIsMissing(t *testing.T) {
	harness.Lane(t, "objects")
	targets := loadTargets(t)
	defer func() {
		for _, target := range targets {
			if target.remove != nil {
				target.remove(t)
			}
		}
	}()
	bazel := harness.LastingCopy(t, "e2e/objects")
	at := func(name string) string { return filepath.Join(bazel.Dir, "load", name) }
	harness.WriteFile(t, at("busybox"), harness.Exec("cat", "/usr/bin/busybox").Run(t).Must(t).Stdout)
	i := image{bazel: bazel, label: "//load:image"}
	texts := map[string]string{"bottom": "bottom\n", "middle": "middle\n", "top": "top\n"}
	for _, step := range []struct {
		name   string
		edited string
	}{{"first", ""}, {"unchanged", ""}, {"top", "top"}, {"middle", "middle"}, {"bottom", "bottom"}} {
		if step.edited != "" {
			texts[step.edited] = step.edited + " edited\n"
			harness.WriteFile(t, at(step.edited+".txt"), texts[step.edited])
		}
		bazel.Build(t, i.label)
		i.stem = filepath.Join(bazel.Bin(t), "load/image")
		plan := plannedLayers(t, i)
		total := len(plan) + 1 // with that of the links
		for _, target := range targets {
			sent := total
			switch {
			case step.name == "unchanged":
				sent = 0
			case step.edited != "" && target.chains:
				sent = total - layerOf(t, plan, step.edited)
			case step.edited != "":
				sent = 1
			}
			t.Run(target.name+", "+step.name, func(t *testing.T) {
				r := harness.Command{Env: target.env, Args: []string{i.stem}}.Run(t).Must(t)
				equal(t, "stdout", r.Stdout, "Loaded image: "+target.printed+"\n")
				said := summary.FindStringSubmatch(r.Stderr)
				if said == nil {
					t.Fatalf("no summary: %s", r)
				}
				equal(t, "sent", said[1], fmt.Sprintf("%d of %d", sent, total))
				equal(t, "the container says", target.says(t), texts["bottom"]+texts["middle"]+texts["top"])
			})
		}
	}
}

// TestSignalsReachTheCommand: a command ends by itself when the program that
// runs it gets a signal, in Docker and in a sandbox.
func TestSignalsReachTheCommand(t *testing.T) {
	harness.Lane(t, "objects")
	docker := harness.Docker(t, harness.ClassicStore)
	defer docker.Remove(t, missingLayers)
	bazel := harness.LastingCopy(t, "e2e/objects")
	harness.WriteFile(t, filepath.Join(bazel.Dir, "load/busybox"), harness.Exec("cat", "/usr/bin/busybox").Run(t).Must(t).Stdout)
	bazel.Build(t, "//load:image")
	const script = `trap "echo ended; exit 7" TERM; echo ready; while :; do /bin/busybox sleep 0.1; done`
	for name, flags := range map[string][]string{"docker": {"--network=none"}, "sandbox": {"--sandbox"}} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"run", "--quiet"}, flags...)
			cmd := exec.Command(filepath.Join(bazel.Bin(t), "load/image"), append(args, "/bin/busybox", "sh", "-c", script)...)
			cmd.Env = append(os.Environ(), "DOCKER_HOST="+docker.Host)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				if lines.Text() != "ready" {
					break
				}
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			equal(t, "the last line", lines.Text(), "ended")
			_ = cmd.Wait()
			equal(t, "exit status", cmd.ProcessState.ExitCode(), 7)
		})
	}
}

// layerOf is the number of the layer that has the object alone.
func layerOf(t *testing.T, plan [][]string, object string) int {
	t.Helper()
	for n, paths := range plan {
		if len(paths) == 1 && strings.HasSuffix(paths[0], "-"+object) {
			return n
		}
	}
	t.Fatalf("no layer has %s alone: %q", object, plan)
	return 0
}
