package image

import (
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestLayersOf: an image that is taken as it is, is the same base to build on
// as it was before.
func TestLayersOf(t *testing.T) {
	config := []byte(`{"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`)
	digest := func(c string) string { return "sha256:" + strings.Repeat(c, 64) }
	info := baseinfo.Info{
		ConfigDigest: ID(config),
		Layers:       []baseinfo.Layer{{DiffID: digest("a"), Entries: 3, Size: 10240}, {DiffID: digest("b"), Entries: 1, Size: 2048}},
		StorePaths:   map[store.Path]string{"/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-one": digest("c")},
		Version:      1,
	}
	layers := LayersOf(info)
	if got := layers.BaseInfo(config); !reflect.DeepEqual(got, info) {
		t.Errorf("got %v, want %v", got, info)
	}
	for _, l := range layers.Layers {
		if l.Kind != BaseLayer || l.StorePaths == nil {
			t.Errorf("got %+v", l)
		}
	}
	if empty := LayersOf(baseinfo.Info{}); empty.Layers == nil || empty.Objects == nil {
		t.Errorf("got %+v, which is null in JSON", empty)
	}
}
