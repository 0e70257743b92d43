package podman

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/rules-strata/rules_strata/go/reference"
)

// image is what Podman knows of an image.
type image struct {
	id      string   // "sha256:" and 64 hexadecimal digits
	names   []string // "localhost/hello:latest"
	diffIDs []string // the lowest layer's first
}

// digestPrefix is what the libpod API leaves out of image IDs.
const digestPrefix = "sha256:"

// inspect looks an image up by its ID or one of its names, which may be short.
// The error is daemon.ErrNotFound if there is none.
func (e *Engine) inspect(ctx context.Context, ref string) (image, error) {
	var answer struct {
		ID       string `json:"Id"`
		RepoTags []string
		RootFS   struct{ Layers []string }
	}
	if err := e.call(ctx, http.MethodGet, "/images/"+ref+"/json", nil, &answer); err != nil {
		return image{}, fmt.Errorf("inspect image %s: %w", ref, err)
	}
	return image{id: digestPrefix + answer.ID, names: answer.RepoTags, diffIDs: answer.RootFS.Layers}, nil
}

// list is all images, without their diff IDs.
func (e *Engine) list(ctx context.Context) ([]image, error) {
	var answer []struct {
		ID       string `json:"Id"`
		RepoTags []string
	}
	if err := e.call(ctx, http.MethodGet, "/images/json", nil, &answer); err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	images := make([]image, len(answer))
	for i, a := range answer {
		images[i] = image{id: digestPrefix + a.ID, names: a.RepoTags}
	}
	return images, nil
}

// tag gives an image a name, which must be full. An image that had it before
// loses it.
func (e *Engine) tag(ctx context.Context, id, name string) error {
	repository, tag := reference.Split(name)
	query := url.Values{"repo": {repository}, "tag": {tag}}
	if err := e.call(ctx, http.MethodPost, "/images/"+id+"/tag", query, nil); err != nil {
		return fmt.Errorf("give image %s the name %s: %w", id, name, err)
	}
	return nil
}
