package imagefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/image"
)

// openTopLayer opens the tar of the top layer.
func (i *Image) openTopLayer(ctx context.Context) (io.ReadCloser, error) {
	if i.topLayer != nil {
		return i.topLayer(ctx)
	}
	return os.Open(i.Customisation)
}

// lazyTopLayer opens the tar of the top layer, wherever it is: its diff ID is
// its digest.
func lazyTopLayer(where places, name string, layers []image.Layer) (func(context.Context) (io.ReadCloser, error), error) {
	if len(layers) == 0 || layers[len(layers)-1].Kind != image.CustomisationLayer {
		return nil, errors.New("the image has no top layer of its own: build it again")
	}
	top := layers[len(layers)-1]
	d := cas.Digest{SHA256: strings.TrimPrefix(top.DiffID, "sha256:"), Size: top.Size}
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("the diff ID of the top layer: %w", err)
	}
	explain := func(err error) error { return fmt.Errorf("%s: %w", strings.TrimPrefix(name, outputPrefix), err) }
	return func(ctx context.Context) (io.ReadCloser, error) {
		r, err := where.open(ctx, name, d)
		if err != nil {
			return nil, explain(err)
		}
		return explained{r, explain}, nil
	}, nil
}
