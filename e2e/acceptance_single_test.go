//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestRow03Bash also shows what docker-tools-overlay does: the image runs as
// another user.
func TestRow03Bash(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	bash := a.gz(t, "//single:bash", "bash:latest")
	equal(t, "Created", a.inspect(t, bash).Created, "1970-01-01T00:00:01Z")
	equal(t, "the tag of the build", bash.tag(t), "latest")
	contains(t, "bash --version", a.run(t, bash, "bash", "--version"), "GNU bash")
	contains(t, "as another user", a.runWith(t, []string{"--user", "1000:1000"}, bash, "bash", "--version").Must(t).Stdout, "GNU bash")
	if listed := a.names(t); !slices.Contains(listed, bash.ref) {
		t.Errorf("docker lists %q, want %s", listed, bash.ref)
	}
	equal(t, "layers", len(a.inspect(t, bash).RootFS.Layers), 1)
}

func TestRow12BothScripts(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//stacked:run_as_root_extra_commands", "runasrootextracommands:latest")
	equal(t, "what extra_commands wrote", a.run(t, image, "cat", "extraCommands"), "(extraCommand)\n")
	equal(t, "what run_as_root wrote", a.run(t, image, "cat", "runAsRoot"), "(runAsRoot)\n")
}

func TestRow18LayersUnpackOrder(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//stacked:layers_unpack_order_c", "layers-unpack-order-c:latest")
	equal(t, "/layer-order", a.run(t, image, "cat", "/layer-order"), "abc")
	equal(t, "layers", len(a.inspect(t, image).RootFS.Layers), 3)
}

// TestRow19RepeatedLayer: what the repeated layer's script has appended to a
// file is there once.
func TestRow19RepeatedLayer(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//stacked:repeated_layer_test_image", "repeated-layer-test-image:latest")
	said := a.run(t, image, "/bin/bash", "-c", `echo "$(</seen)"`)
	equal(t, "what the script saw", said, "once\n")
	layers := a.inspect(t, image).RootFS.Layers
	if count := len(layers); count < 3 || layers[count-2] != layers[count-3] {
		t.Errorf("layers are %q, want the base's last one twice", layers)
	}
}

// TestRowParentImage: the example runAsRootParentImage.
func TestRowParentImage(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//stacked:run_as_root_parent_image", "runasrootparentimage:latest")
	a.run(t, image, "bash", "-c", "test -f /example-file")
}

// TestRowEditors: the example editors, whose programs are those of several
// packages.
func TestRowEditors(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//single:editors", "editors:"+a.image("//single:editors", "").tag(t))
	said := a.run(t, image, "bash", "-c", `
		echo one >file
		printf '%s\n' s/one/two/ w q | ed -s file
		sed -i s/two/three/ file
		cat file
		[[ $(vi --help 2>&1) == *"Usage: vi"* ]] && echo vi`)
	equal(t, "what the editors say", said, "three\nvi\n")
}

// TestRowRedis: the example redis, a service with a health check.
func TestRowRedis(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	checkRedis(t, a, a.gz(t, "//redis:redis", "redis:latest"))
}

// checkRedis runs the image of redis and its health check.
func checkRedis(t *testing.T, a *acceptance, redis image) {
	t.Helper()
	const container = "strata-redis"
	defer a.docker.Run(t, "rm", "--force", "--volumes", container)
	a.docker.Run(t, "run", "--detach", "--name", container, "--network", "none", redis.ref).Must(t)
	var r harness.Result
	for range 50 {
		r = a.docker.Run(t, "exec", container, "/healthcheck")
		if r.Status == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if r.Status != 0 {
		t.Fatalf("%s\nthe server: %s", r, a.docker.Run(t, "logs", container))
	}
	equal(t, "the health check", r.Stdout, "PONG\n")
	said := a.docker.Run(t, "inspect", "--format", "{{.Config.WorkingDir}} {{json .Config.Volumes}} {{json .Config.Healthcheck}}", container).Must(t).Stdout
	equal(t, "the config", strings.TrimSpace(said), `/data {"/data":{}} {"Test":["CMD-SHELL","/healthcheck"],"Interval":30000000000,"Timeout":10000000000,"Retries":3}`)
}
