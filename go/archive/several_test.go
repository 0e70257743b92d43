package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// TestWriteSeveral: images are listed in their order, and what several have is
// stored once.
func TestWriteSeveral(t *testing.T) {
	a, b, c := randomBytes(10240), randomBytes(20480), randomBytes(512)
	first := Image{Config: []byte(`{"os":"linux"}`), RepoTags: []string{"one:1"}, Layers: []Layer{layerOf(a, 100), layerOf(b, 1<<10)}}
	second := Image{Config: []byte(`{"os":"other"}`), Layers: []Layer{layerOf(a, 7), layerOf(c, 512)}}
	third := Image{Config: first.Config, RepoTags: []string{"three:3", "four:4"}, Layers: first.Layers}
	var out, again bytes.Buffer
	var seen []string
	progress := WithProgress(func(p Progress) {
		seen = append(seen, fmt.Sprintf("%d/%d %d %t", p.Layer, p.Layers, p.Size, p.Stored))
	})
	if err := WriteSeveral(background, &out, []Image{first, second, third}, progress); err != nil {
		t.Fatal(err)
	}
	if err := WriteSeveral(background, &again, []Image{first, second, third}); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Errorf("%v, or two writes gave different bytes", err)
	}
	path := func(data []byte) string { return digest(data)[len("sha256:"):] + "/layer.tar" }
	config := func(img Image) string { return digest(img.Config)[len("sha256:"):] + ".json" }
	manifest := fmt.Sprintf(`[{"Config":%q,"RepoTags":["one:1"],"Layers":[%q,%q]},`, config(first), path(a), path(b)) +
		fmt.Sprintf(`{"Config":%q,"RepoTags":[],"Layers":[%q,%q]},`, config(second), path(a), path(c)) +
		fmt.Sprintf(`{"Config":%q,"RepoTags":["three:3","four:4"],"Layers":[%q,%q]}]`, config(first), path(a), path(b))
	want := []entry{{path(a), a}, {path(b), b}, {path(c), c}, {config(first), first.Config}, {config(second), second.Config}, {"manifest.json", []byte(manifest)}}
	if got := read(t, out.Bytes(), 1); !reflect.DeepEqual(got, want) {
		for _, m := range got {
			t.Logf("%s: %d bytes", m.name, len(m.data))
		}
		t.Errorf("wrong members; manifest.json is %s", got[len(got)-1].data)
	}
	wantSeen := []string{"1/6 10240 false", "2/6 20480 false", "3/6 10240 true", "4/6 512 false", "5/6 10240 true", "6/6 20480 true"}
	if !reflect.DeepEqual(seen, wantSeen) {
		t.Errorf("progress %q", seen)
	}
}

// TestWriteSeveralErrors: the image is named, and what was written is no whole
// archive.
func TestWriteSeveralErrors(t *testing.T) {
	good := Image{Config: []byte("{}"), RepoTags: []string{"good:1"}, Layers: []Layer{layerOf(randomBytes(2048), 512)}}
	broken := layerOf(randomBytes(4096), 512)
	broken.Write = func(context.Context, io.Writer) error { return errors.New("disk on fire") }
	for _, test := range []struct {
		name string
		bad  Image
		want string
	}{
		{"a layer that cannot be made", Image{RepoTags: []string{"bad:1"}, Layers: []Layer{broken}},
			"docker archive: image 2 of 2 (bad:1): layer 1 of 1 (4096 bytes): disk on fire"},
		{"a layer that is none", Image{Layers: []Layer{{DiffID: "sha256:1"}}}, "docker archive: image 2 of 2: layer 1 of 1: \"sha256:1\" is not a diff ID"},
	} {
		var out bytes.Buffer
		err := WriteSeveral(background, &out, []Image{good, test.bad})
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || !cut(out.Bytes()) {
			t.Errorf("%s: %v and %d bytes", test.name, err, out.Len())
		}
	}
}
