package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	if ref == "" {
		return Image{}, errors.New("inspect an image: no name given")
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	var answer struct {
		ID           string `json:"Id"`
		RepoTags     []string
		Os           string
		Architecture string
		RootFS       struct{ Layers []string }
	}
	if err := c.call(ctx, http.MethodGet, "/images/"+ref+"/json", nil, nil, &answer); err != nil {
		return Image{}, fmt.Errorf("inspect image %s: %w", ref, err)
	}
	return Image{
		ID: answer.ID, RepoTags: answer.RepoTags, DiffIDs: answer.RootFS.Layers,
		OS: answer.Os, Architecture: answer.Architecture,
	}, nil
}
