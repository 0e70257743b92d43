package imagelayer_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/imagelayer"
)

// TestDirectories: directories with an owner of their own keep it, whoever the
// other files belong to, and the scripts see them.
func TestDirectories(t *testing.T) {
	shared := customisation.Directory{Path: "share", Mode: 0o1777, UID: 7, GID: 8, Label: "//:tmp"}
	for _, test := range []struct{ run, extra, others string }{
		{"", "", "1000:100"},
		{"[ $(stat -c %a%u%g /share) = 177778 ]", "", "0:0"},
		{"", "[ $(stat -c %a%u%g share) = 177778 ]", "1000:100"},
	} {
		r, err := imagelayer.Run(context.Background(), imagelayer.Image{
			Copy: app, Directories: []customisation.Directory{shared}, RunAsRoot: test.run, ExtraCommands: test.extra,
			Pool: newPool(t), StoreDir: "/nix/store", Output: io.Discard,
		})
		must(t, err)
		var data bytes.Buffer
		_, err = r.Write(&data, customisation.Options{StoreDir: "/nix/store", Owner: &customisation.Owner{UID: 1000, GID: 100}})
		must(t, err)
		must(t, r.Close())
		tree := listing(t, layerFrom(data.Bytes()))
		if !strings.Contains(tree, "/share directory 1777 7:8") || strings.Count(tree, " "+test.others) != 5 {
			t.Errorf("%q, %q: %s", test.run, test.extra, tree)
		}
	}
	_, err := imagelayer.Run(context.Background(), imagelayer.Image{
		Copy: app, Directories: []customisation.Directory{{Path: "bin/app", Label: "//:tmp"}}, Pool: newPool(t), StoreDir: "/nix/store", Output: io.Discard,
	})
	if err == nil || !strings.Contains(err.Error(), "/bin/app: //:tmp gives a directory of mode 0000, and there is a file") {
		t.Errorf("error %v", err)
	}
}
