package layering

import (
	"fmt"
	"strings"
)

// MaxImageLayers is the largest number of layers that Docker can run a
// container of: overlay2 mounts at most 128 directories, and Docker refuses
// more than 125 layers when it loads or pulls an image (maxLayerDepth in
// moby's layer/layer_store.go).
const MaxImageLayers = 125

// CheckDepth refuses an image of more than MaxImageLayers layers.
func CheckDepth(layers int) error {
	if layers <= MaxImageLayers {
		return nil
	}
	return fmt.Errorf("the image has %d layers, but Docker's overlay2 mounts at most %d: set max_layers to %d or less, "+
		"or end the layering pipeline with [\"limit_layers\", N]", layers, MaxImageLayers, MaxImageLayers)
}

// usedLayers is the number of layers that are not store layers.
func (k *known) usedLayers(o Options) int {
	used := k.layers + o.OwnLayers
	if len(k.replaced) > 0 {
		used++
	}
	return used
}

// available is the number of store layers that the image may have. Without a
// pipeline it is at least 1, also when there is no object to store.
func (k *known) available(o Options) (int, error) {
	used := k.usedLayers(o)
	if n := o.MaxLayers - used; n >= 1 || o.Pipeline != "" {
		return n, nil
	}
	users := []string{fmt.Sprintf("%d for the customisation", o.OwnLayers)}
	if o.Base != "" {
		users = append(users, fmt.Sprintf("%d of from_image (%s)", k.layers, o.Base))
	}
	if len(k.replaced) > 0 {
		users = append(users, "1 for the deletion of what is replaced in from_image")
	}
	return 0, fmt.Errorf("no layer is left for the store objects: %d used (%s), but only max_layers = %d allowed, "+
		"and the objects need at least 1: set max_layers to at least %d", used, strings.Join(users, ", "), o.MaxLayers, used+1)
}
