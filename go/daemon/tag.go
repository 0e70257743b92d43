package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/rules-strata/rules_strata/go/reference"
)

// Tag gives an image a name, "hello:latest"; without a tag, "latest" is meant.
// An image that had the name before loses it. id is an image's ID or another
// of its names; the error is ErrNotFound if the daemon has no such image.
//
// Podman gets the name that its own commands give, "localhost/hello:latest".
func (c *Client) Tag(ctx context.Context, id, name string) error {
	names, err := c.ownNames(ctx, []string{name})
	if err != nil {
		return fmt.Errorf("give image %s the name %s: %w", id, name, err)
	}
	return c.tag(ctx, id, names[0])
}

// tag is Tag with a name as the daemon has it.
func (c *Client) tag(ctx context.Context, id, name string) error {
	ctx, cancel := c.brief(ctx)
	defer cancel()
	repository, tag := reference.Split(name)
	query := url.Values{"repo": {repository}, "tag": {tag}}
	if err := c.call(ctx, http.MethodPost, "/images/"+id+"/tag", query, nil, nil); err != nil {
		return fmt.Errorf("give image %s the name %s: %w", id, name, err)
	}
	return nil
}

// ownNames are names as the daemon has them and its own commands print them:
// "hello:latest" in Docker and "localhost/hello:latest" in Podman for "hello".
// Podman's Docker API would make "docker.io/library/hello:latest" of that, which
// is not the image that `podman run hello` prefers.
func (c *Client) ownNames(ctx context.Context, names []string) ([]string, error) {
	isPodman, err := c.isPodman(ctx)
	if err != nil {
		return nil, err
	}
	own := make([]string, len(names))
	for i, text := range names {
		name, err := reference.Parse(text)
		if err != nil {
			return nil, err
		}
		if own[i] = name.Docker(); isPodman {
			own[i] = name.Podman()
		}
	}
	return own, nil
}

// fullName is a name with all that Docker leaves out, empty if it is none, such
// as "<none>:<none>".
func fullName(text string) string {
	name, err := reference.Parse(text)
	if err != nil {
		return ""
	}
	return name.Full()
}
