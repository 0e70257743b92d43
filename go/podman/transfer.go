package podman

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/layerset"
	"github.com/rules-strata/rules_strata/go/progress"
)

var errStopped = errors.New("the service stopped reading")

// transfer sends the image without a name and without the layers in omit, and
// returns the ID that it got. Layers that were sent in vain are taken back from
// the count.
func (l *loader) transfer(ctx context.Context, omit layerset.Set) (id string, err error) {
	before, _ := l.progress.Sent()
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := l.write(ctx, w, omit)
		w.CloseWithError(err)
		written <- err
	}()
	id, err = l.upload(ctx, r)
	r.CloseWithError(errStopped)
	own := <-written
	if err == nil {
		return id, nil
	}
	after, _ := l.progress.Sent()
	l.progress.TakeBack(after - before)
	// The archive's own error tells more than what HTTP makes of it.
	if own != nil && !errors.Is(own, errStopped) && !errors.Is(own, io.ErrClosedPipe) {
		return "", own
	}
	if endpoint.IsBreak(err) && ctx.Err() == nil {
		err = fmt.Errorf("%w: the service went away during the load: load again when it runs", err)
	}
	return "", err
}

// write writes the archive that Podman gets. Only an OCI layout may lack layers.
// A docker archive is loaded faster, since Podman need not unpack it first.
func (l *loader) write(ctx context.Context, w io.Writer, omit layerset.Set) error {
	if len(omit) > 0 {
		return l.hybrid.Write(ctx, w, archive.HybridOptions{Omit: omit, Progress: l.progress})
	}
	whole := archive.Image{Config: l.image.Config, Layers: make([]archive.Layer, len(l.image.Layers))}
	for i, layer := range l.image.Layers {
		whole.Layers[i] = l.reported(layer, i)
	}
	return archive.Write(ctx, w, whole)
}

// reported is layer number i, which tells how far it is when it is written.
func (l *loader) reported(layer archive.Layer, i int) archive.Layer {
	name, write := layer.Describe, layer.Write
	if name == "" {
		name = fmt.Sprintf("layer %d of %d", i+1, len(l.image.Layers))
	}
	layer.Write = func(ctx context.Context, w io.Writer) error {
		item := l.progress.Begin(name, layer.Size)
		r := &reporter{w: w, item: item}
		err := write(ctx, r)
		r.flush()
		item.End(err)
		return err
	}
	return layer
}

// reporter tells of what passes to w.
type reporter struct {
	w       io.Writer
	item    *progress.Item
	pending int64 // bytes that the item was not told of
}

// reportStep is after how many bytes an item is told of them.
const reportStep = 64 << 10

func (r *reporter) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.pending += int64(n); r.pending >= reportStep {
		r.flush()
	}
	return n, err
}

func (r *reporter) flush() {
	r.item.Add(r.pending)
	r.pending = 0
}

// upload sends an archive and returns the ID of the image that was in it.
func (l *loader) upload(ctx context.Context, body io.Reader) (id string, err error) {
	resp, err := l.engine.send(ctx, http.MethodPost, "/images/load", nil, body)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct{ Names []string }
	if err := l.engine.decode(resp, &answer); err != nil {
		return "", err
	}
	for _, name := range answer.Names {
		if strings.HasPrefix(name, digestPrefix) {
			return name, nil
		}
	}
	return "", fmt.Errorf("%v took the archive, but does not tell the ID of its image: it says %q", l.engine, answer.Names)
}
