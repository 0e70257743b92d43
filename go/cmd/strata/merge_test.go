package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/command"
)

// TestMergeStep: an image of ours and one of an archive, and one with layers of
// both, with every compressor.
func TestMergeStep(t *testing.T) {
	below := generate(t)
	below.build(t, "99")
	above := onBase(t, below)
	description := above.describe(t, []string{"base.archive\x00" + below.dockerArchive(t)})
	tags := []string{strings.TrimSpace(readFile(t, above.path("tag"))), strings.TrimSpace(readFile(t, below.path("tag")))}
	packed := filepath.Join(t.TempDir(), "packed.tar.gz")
	below.step(t, "archive", "--image", below.describe(t, nil), "--compressor=gz", "--out", packed)
	for _, compressor := range []string{"none", "gz", "zstd"} {
		out, again := filepath.Join(t.TempDir(), "merged"), filepath.Join(t.TempDir(), "again")
		for _, file := range []string{out, again} {
			if warnings := above.step(t, "merge", "--label=//:above", "--from=image:"+description, "--label=//:below", "--from", "archive:"+packed,
				"--architecture=amd64", "--compressor", compressor, "--out", file); warnings != "" {
				t.Errorf("got %q", warnings)
			}
		}
		if readFile(t, out) != readFile(t, again) {
			t.Errorf("%s: the second time it is another archive", compressor)
		}
		all, err := baseimage.OpenAll(out, baseimage.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		defer all.Close()
		for i, img := range all.Images {
			if got, err := json.Marshal(img.Names); err != nil || string(got) != `["hello:`+tags[i]+`"]` {
				t.Errorf("image %d is called %s, %v", i, got, err)
			}
			if _, err := img.Describe("/nix/store"); err != nil {
				t.Error(err)
			}
		}
		if len(all.Images) != 2 {
			t.Errorf("got %d images", len(all.Images))
		}
		if compressor != "none" {
			continue
		}
		// The upper image has the four layers of the lower one, one of them again as
		// its top layer, and two others.
		if names := namesIn(t, out); len(names) != 4+2+2+1 || names[len(names)-1] != "manifest.json" {
			t.Errorf("members %q", names)
		}
	}
}

func TestMergeStepErrors(t *testing.T) {
	c, other := generate(t), generate(t)
	c.build(t, "99")
	other.build(t, "2")
	if err := os.WriteFile(other.path("tag"), []byte(readFile(t, c.path("tag"))), 0o644); err != nil {
		t.Fatal(err)
	}
	image, clash := "image:"+c.describe(t, nil), "image:"+other.describe(t, nil)
	ids := []string{fileDigest(t, c.path("image.json")), fileDigest(t, other.path("image.json"))}
	ref := "hello:" + strings.TrimSpace(readFile(t, c.path("tag")))
	text := writeFile(t, "text", "text")
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "0 times --label and 0 times --from: give each once for each source of images"},
		{[]string{"--label=a"}, "1 times --label and 0 times --from"},
		{[]string{"--label=a", "--from=x.tar"}, `--from "x.tar": it names no file`},
		{[]string{"--label=a", "--from=tar:x"}, "--from tar:x: want image:FILE or archive:FILE"},
		{[]string{"--label=//:a", "--from", "archive:" + text}, "//:a: " + text + ": neither an OCI layout nor a tar"},
		{[]string{"--label=//:a", "--from", image, "--label=//:b", "--from", clash},
			"//:b: its image " + ids[1] + " is called " + ref + ", and so is the image " + ids[0] + " of //:a: give one of them another name or tag"},
	} {
		out := filepath.Join(t.TempDir(), "out.tar")
		status, text := strata(append([]string{"merge", "--compressor=none", "--out", out}, test.args...)...)
		if status != command.ExitBadInput || !strings.HasPrefix(text, "strata merge: "+test.want) {
			t.Errorf("%s: status %d: %s want %s", test.args, status, text, test.want)
		}
		if files, _ := os.ReadDir(filepath.Dir(out)); len(files) > 0 {
			t.Errorf("%s: there is %s", test.args, files[0].Name())
		}
	}
}
