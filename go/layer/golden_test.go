package layer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
)

// goldenCase is one of the known answers.
type goldenCase struct {
	Name    string `json:"name"`
	Objects []struct {
		StorePath string `json:"store_path"`
		Tree      tree   `json:"tree"`
		NARSHA256 string `json:"nar_sha256"`
	} `json:"objects"`
	Options struct {
		MTime int64  `json:"mtime"`
		UID   int64  `json:"uid"`
		GID   int64  `json:"gid"`
		UName string `json:"uname"`
		GName string `json:"gname"`
	} `json:"options"`
	DiffID string `json:"diff_id"`
	Size   int64  `json:"size"`
}

// TestGolden compares layers with those of dockerTools, from NARs and from
// manifests.
func TestGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/golden_layers.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Cases []goldenCase }
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			o := DefaultOptions()
			if c.Options.MTime != 0 {
				o.MTime, o.UID, o.GID = c.Options.MTime, c.Options.UID, c.Options.GID
				o.UName, o.GName = c.Options.UName, c.Options.GName
			}
			var nars, manifests []*object.Object
			for _, spec := range c.Objects {
				sum := sha256.Sum256(spec.Tree.writeNAR(t))
				if got := hex.EncodeToString(sum[:]); got != spec.NARSHA256 {
					t.Errorf("%s: NAR %s, want %s", spec.StorePath, got, spec.NARSHA256)
				}
				nars = append(nars, spec.Tree.open(t, spec.StorePath))
				manifests = append(manifests, spec.Tree.openManifest(t, spec.StorePath))
			}
			for source, objects := range map[string][]*object.Object{"NAR": nars, "manifest": manifests} {
				checkLayer(t, source, objects, o, c.DiffID, c.Size)
			}
		})
	}
}

// checkLayer writes a layer, and again to nowhere, and compares.
func checkLayer(t *testing.T, source string, objects []*object.Object, o Options, diffID string, size int64) {
	t.Helper()
	var buf bytes.Buffer
	meta, err := Write(&buf, objects, o)
	if err != nil {
		t.Fatal(err)
	}
	if meta.DiffID != diffID || meta.Size != size {
		t.Errorf("%s: got %s of %d bytes, want %s of %d", source, meta.DiffID, meta.Size, diffID, size)
	}
	sum := sha256.Sum256(buf.Bytes())
	if got := "sha256:" + hex.EncodeToString(sum[:]); got != meta.DiffID || int64(buf.Len()) != meta.Size {
		t.Errorf("%s: wrote %s of %d bytes, but says %s of %d", source, got, buf.Len(), meta.DiffID, meta.Size)
	}
	again, err := Write(io.Discard, objects, o)
	if err != nil || again.DiffID != meta.DiffID || again.Entries != meta.Entries || again.Size != meta.Size {
		t.Errorf("%s: to nowhere: got %+v %v, want %+v", source, again, err, meta)
	}
	var same bytes.Buffer
	o.Unhashed = true
	unhashed, err := Write(&same, objects, o)
	if err != nil || unhashed.DiffID != "" || unhashed.Size != meta.Size || !bytes.Equal(same.Bytes(), buf.Bytes()) {
		t.Errorf("%s: unhashed: got %+v %v, want the same without a diff ID", source, unhashed, err)
	}
}
