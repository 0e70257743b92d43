package imagefile

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// setMTime gives all files of the image's own layers the time t, which makes
// other layers of them: the diff IDs in the config are theirs.
func (i *Image) setMTime(ctx context.Context, t time.Time) error {
	i.Options.MTime = t.Unix()
	i.retimed = true
	for n := i.base(); n < len(i.Layers); n++ {
		sum, size, err := i.measure(ctx, n)
		if err != nil {
			return fmt.Errorf("layer %d of %d (%s): %w", n+1, len(i.Layers), describe(i.Layers[n]), err)
		}
		i.Layers[n].DiffID, i.Layers[n].Size = sum, size
	}
	return i.changeConfig(func(config map[string]json.RawMessage) error {
		var rootFS map[string]json.RawMessage
		if err := json.Unmarshal(config["rootfs"], &rootFS); err != nil {
			return err
		}
		var err error
		if rootFS["diff_ids"], err = json.Marshal(i.DiffIDs()); err != nil {
			return err
		}
		config["rootfs"], err = json.Marshal(rootFS)
		return err
	})
}

// setCreated makes t the time of the image and of the history of its own
// layers.
func (i *Image) setCreated(t time.Time) error {
	created, err := json.Marshal(t.UTC().Format(time.RFC3339Nano))
	if err != nil {
		return err
	}
	return i.changeConfig(func(config map[string]json.RawMessage) error {
		var history []map[string]json.RawMessage
		if err := json.Unmarshal(config["history"], &history); err != nil {
			return err
		}
		own := len(i.Layers) - i.base()
		if own > len(history) {
			return fmt.Errorf("its history has %d entries, and the image %d layers of its own: build the image again", len(history), own)
		}
		for _, entry := range history[len(history)-own:] {
			entry["created"] = created
		}
		config["created"] = created
		config["history"], err = json.Marshal(history)
		return err
	})
}

func (i *Image) changeConfig(change func(map[string]json.RawMessage) error) error {
	var config map[string]json.RawMessage
	err := json.Unmarshal(i.Config, &config)
	if err == nil {
		err = change(config)
	}
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	i.Config, err = jsonfile.Marshal(config)
	return err
}

// measure makes a layer to find its diff ID and its size.
func (i *Image) measure(ctx context.Context, n int) (diffID string, size int64, err error) {
	if l := i.Layers[n]; l.Kind != image.CustomisationLayer {
		m, err := i.writeObjects(ctx, io.Discard, l, i.Options)
		return m.DiffID, m.Size, err
	}
	hash := sha256.New()
	counter := &counter{w: hash}
	err = i.writeCustomisation(ctx, counter)
	return fmt.Sprintf("sha256:%x", hash.Sum(nil)), counter.n, err
}

// counter counts the bytes that are written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
