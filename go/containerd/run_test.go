package containerd

import (
	"errors"
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/go/engine"
)

func TestRunSaysWhatToType(t *testing.T) {
	for _, test := range []struct {
		name, socket string
		o            Options
		run          engine.RunOptions
		want         []string
	}{
		{"plain", standardAddress, Options{}, engine.RunOptions{Image: "hello"}, []string{
			"`ctr run --rm docker.io/library/hello:latest strata`",
			"`nerdctl run --rm docker.io/library/hello:latest`",
		}},
		{"all", "/run/k3s/containerd/containerd.sock", Options{Namespace: "k8s.io", Snapshotter: "native"},
			engine.RunOptions{Image: "ghcr.io/me/hello:1", Network: "host", Args: []string{"-c", "it's"}}, []string{
				"`ctr --address /run/k3s/containerd/containerd.sock --namespace k8s.io run --rm --net-host --snapshotter native ghcr.io/me/hello:1 strata '-c' 'it'\\''s'`",
				"`nerdctl --address /run/k3s/containerd/containerd.sock --namespace k8s.io --snapshotter native run --rm --network host ghcr.io/me/hello:1 '-c' 'it'\\''s'`",
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := clientAt(t, test.socket, test.o).Run(background, test.run)
			var run *RunError
			if !errors.As(err, &run) || !slices.Equal(run.Commands, test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			wantError(t, err, append(test.want, "--sandbox")...)
		})
	}
	_, err := clientAt(t, standardAddress, Options{}).Run(background, engine.RunOptions{Image: "UPPER/x"})
	wantError(t, err, "UPPER/x")
}
