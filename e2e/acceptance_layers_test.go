//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

func TestRow14LayeredImage(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//layers:layered_image", "layered-image:latest")
	equal(t, "the container says", a.run(t, image), greeting)
	equal(t, "what the script wrote", a.run(t, image, "cat", "extraCommands"), "(extraCommand)\n")
}

func TestRow15LayeredOnTop(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	base := a.gz(t, "//layers:layered_image", "layered-image:latest")
	for _, name := range []string{"layered-on-top-layered", "layered-on-top"} {
		t.Run(name, func(t *testing.T) {
			folder := "layers"
			if name == "layered-on-top" {
				folder = "stacked"
			}
			top := a.gz(t, "//"+folder+":"+strings.ReplaceAll(name, "-", "_"), name+":latest")
			equal(t, "the container says", a.run(t, top), "hello\n")
			equal(t, "WorkingDir", a.inspect(t, top).Config.WorkingDir, "/example-output")
			contains(t, "the folder", a.run(t, top, a.lab.Path(t, "coreutils")+"/bin/ls", "-ld", "/example-output"), "drwxrwxrwx")
			contains(t, "what the script of the base wrote", a.run(t, top, "cat", "/extraCommands"), "(extraCommand)")
			// All that it refers to is in the base.
			below, layers := a.inspect(t, base).RootFS.Layers, a.inspect(t, top).RootFS.Layers
			if len(layers) != len(below)+1 || !slices.Equal(layers[:len(below)], below) {
				t.Errorf("layers are\n%q\nwant those of the base\n%q\nand one more", layers, below)
			}
		})
	}
}

func TestRow16LayersAreShared(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	one := a.inspect(t, a.gz(t, "//layers:layered_image", "layered-image:latest")).RootFS.Layers
	other := a.inspect(t, a.gz(t, "//layers:another_layered_image", "another-layered-image:latest")).RootFS.Layers
	shared := 0
	for _, layer := range other {
		if slices.Contains(one, layer) {
			shared++
		}
	}
	equal(t, "layers in both images", shared, len(a.lab.Closure(a.lab.Path(t, "hello"))))
}

func TestRow17LayersOrder(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, image := range []image{
		a.stream(t, "//layers:layers_order", "l3:latest"),
		a.gz(t, "//stacked:layers_order", "single-l3:latest"),
	} {
		for number := 1; number <= 3; number++ {
			layer := fmt.Sprintf("layer%d", number)
			equal(t, "/tmp/"+layer+" of "+image.ref, a.run(t, image, "cat", "/tmp/"+layer), layer+"\n")
		}
	}
}

func TestRow21TwoLayers(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//layers:two_layered_image", "two-layered-image:latest")
	equal(t, "layers", len(a.inspect(t, image).RootFS.Layers), 2)
	equal(t, "the container says", a.run(t, image), greeting)
}

func TestRow22BulkLayer(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//layers:bulk_layer", "bulk-layer:latest")
	equal(t, "ls", a.run(t, image, "ls", "/bin/hello"), "/bin/hello\n")
	equal(t, "the container says", a.run(t, image, "hello"), greeting)
	equal(t, "layers", len(a.inspect(t, image).RootFS.Layers), 2)
}

func TestRow23LayeredBulkLayer(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//layers:layered_bulk_layer", "layered-bulk-layer:latest")
	equal(t, "ls", a.run(t, image, "ls", "/bin/hello"), "/bin/hello\n")
	equal(t, "the container says", a.run(t, image, "hello"), greeting)
	equal(t, "layers", len(a.inspect(t, image).RootFS.Layers), 4)
}
