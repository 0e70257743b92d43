package podman

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// Podman's Docker API gets the ID of the image that Podman means by a name.
func TestRunByID(t *testing.T) {
	f := startFake(t)
	img := testimage.New(t, 10, testimage.Seeds(1, 1), "hello:1")
	load(t, f, img, 1, "localhost/hello:1")
	created := ""
	f.reset(func(w http.ResponseWriter, r *http.Request, call string) bool {
		switch {
		case call == "GET /_ping":
			w.Header().Set("Api-Version", "1.41")
			return true
		case strings.HasSuffix(call, "/containers/create"):
			var in struct {
				Image      string
				Cmd        []string
				HostConfig struct{ NetworkMode string }
			}
			_ = json.NewDecoder(r.Body).Decode(&in)
			created = in.Image + " " + strings.Join(in.Cmd, " ") + " " + in.HostConfig.NetworkMode
			refuse(w, http.StatusInternalServerError, "no containers today")
			return true
		}
		return false
	})
	status, err := f.engine.Run(background, engine.RunOptions{Image: "hello:1", Args: []string{"/a", "b"}, Network: "none"})
	wantError(t, err, "no containers today")
	if want := testimage.ID(img) + " /a b none"; created != want || status != daemon.ExitNotStarted {
		t.Errorf("status %d, created %q, want %q", status, created, want)
	}
	_, err = f.engine.Run(background, engine.RunOptions{Image: "moved:1", ID: "sha256:12"})
	if wantError(t, err, "run image moved:1: "); !strings.HasPrefix(created, "sha256:12 ") {
		t.Errorf("created %q", created)
	}
	status, err = f.engine.Run(background, engine.RunOptions{Image: "absent:1"})
	wantError(t, err, "run image absent:1", "failed to find image absent:1")
	if status != daemon.ExitNotStarted || !errors.Is(err, daemon.ErrNotFound) {
		t.Errorf("%d, %#v", status, err)
	}
}
