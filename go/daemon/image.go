package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// Image is what a daemon knows of an image.
type Image struct {
	// ID is "sha256:<64 hex digits>": the config's digest in Docker's classic
	// store, the manifest's in the containerd store.
	ID string
	// RepoTags are the image's names, "hello:latest".
	RepoTags []string
	// DiffIDs are the uncompressed layers' digests, the lowest first.
	DiffIDs []string
	// OS and Architecture are Go's names, "linux" and "arm64".
	OS, Architecture string
}

// InspectImage looks an image up by its name ("hello:latest") or its ID. The
// error is ErrNotFound if the daemon has no such image.
func (c *Client) InspectImage(ctx context.Context, ref string) (Image, error) {
	state, err := c.inspect(ctx, ref)
	return state.Image, err
}

// imageState is an image, and how much of it is there.
type imageState struct {
	Image
	// manifests are those of an image in the containerd store, by digest: of an
	// image for several platforms there are several. It is nil if the daemon does
	// not tell.
	manifests map[string]manifestState
}

// manifestState is how much of what a manifest lists is there.
type manifestState struct {
	available bool  // all of it
	content   int64 // in bytes
}

func (c *Client) inspect(ctx context.Context, ref string) (imageState, error) {
	if ref == "" {
		return imageState{}, errors.New("inspect an image: no name given")
	}
	ctx, cancel := c.brief(ctx)
	defer cancel()
	version, err := c.apiVersion(ctx)
	if err != nil {
		return imageState{}, fmt.Errorf("inspect image %s: %w", ref, err)
	}
	var query url.Values
	if !older(version, manifestsVersion) {
		query = url.Values{"manifests": {"1"}}
	}
	var answer imageAnswer
	if err := c.call(ctx, http.MethodGet, "/images/"+ref+"/json", query, nil, &answer); err != nil {
		return imageState{}, fmt.Errorf("inspect image %s: %w", ref, err)
	}
	return answer.state(), nil
}

// imageAnswer is what is read of a daemon's answer about an image.
type imageAnswer struct {
	ID           string `json:"Id"`
	RepoTags     []string
	Os           string
	Architecture string
	RootFS       struct{ Layers []string }
	Manifests    []struct {
		ID        string
		Available bool
		Size      struct{ Content int64 }
	}
}

func (a *imageAnswer) state() imageState {
	s := imageState{Image: Image{
		ID: a.ID, RepoTags: a.RepoTags, DiffIDs: a.RootFS.Layers,
		OS: a.Os, Architecture: a.Architecture,
	}}
	if a.Manifests != nil {
		s.manifests = make(map[string]manifestState, len(a.Manifests))
	}
	for _, m := range a.Manifests {
		s.manifests[m.ID] = manifestState{available: m.Available, content: m.Size.Content}
	}
	return s
}

// removeImage removes an image that has no names by its ID. Its parents stay.
func (c *Client) removeImage(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/images/"+id, nil, nil, nil)
}
