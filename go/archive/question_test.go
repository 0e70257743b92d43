package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// content is what a store with some blobs says of a question's manifests.
func content(t *testing.T, archive []byte, has func(digest string) bool) map[string]int64 {
	t.Helper()
	files := map[string][]byte{}
	for _, m := range read(t, archive, 1) {
		files[m.name] = m.data
	}
	var index ociIndex
	parse := func(name string, v any) {
		if err := json.Unmarshal(files[name], v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	parse("index.json", &index)
	parse(blobPath(index.Manifests[0].Digest), &index)
	sums, total := map[string]int64{}, int64(0)
	for _, d := range index.Manifests {
		var m ociManifest
		parse(blobPath(d.Digest), &m)
		if d.Platform.OS != "none" || d.Size != int64(len(files[blobPath(d.Digest)])) || m.Config.Size != int64(len(files[blobPath(m.Config.Digest)])) {
			t.Errorf("descriptor %+v, config %+v", d, m.Config)
		}
		sum := d.Size + m.Config.Size
		total += sum
		for _, l := range m.Layers {
			if total += l.Size; total < 0 {
				t.Fatal("the sizes have no room in 64 bits")
			}
			if has(l.Digest) {
				sum += l.Size
			}
		}
		sums[d.Digest] = sum
	}
	return sums
}

func TestQuestion(t *testing.T) {
	digests := make([]string, 1000)
	for i := range digests {
		digests[i] = digest(fmt.Append(nil, i))
	}
	for _, n := range []int{1, 2, questionBlobs, questionBlobs + 1, 3*questionBlobs - 1, len(digests)} {
		asked := digests[:n]
		q, err := NewQuestion(asked)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := q.Write(&out); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(out.Bytes(), []byte(q.Digest())) {
			t.Errorf("the archive does not have %s", q.Digest())
		}
		for name, has := range map[string]func(string) bool{
			"none": func(string) bool { return false },
			"all":  func(string) bool { return true },
			"some": func(digest string) bool { return slices.Index(asked, digest)%3 == 1 },
			"last": func(digest string) bool { return digest == asked[n-1] },
		} {
			got, err := q.Answer(content(t, out.Bytes(), has))
			if err != nil {
				t.Errorf("%s of %d: %v", name, n, err)
			}
			for _, digest := range asked {
				if got[digest] != has(digest) {
					t.Errorf("%s of %d: %s: got %v", name, n, digest, got[digest])
				}
			}
		}
	}
}

func TestQuestionRefusesAnswers(t *testing.T) {
	q, err := NewQuestion([]string{digest([]byte("a")), digest([]byte("b"))})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := q.Write(&out); err != nil {
		t.Fatal(err)
	}
	right := content(t, out.Bytes(), func(string) bool { return true })
	manifest := slices.Collect(maps.Keys(right))[0]
	for _, test := range []struct {
		name string
		sum  int64
		want string
	}{
		{"real sizes", 700, "not a sum of its blobs"},
		{"one byte more", right[manifest] + 1, "not a sum of its blobs"},
		{"too much", right[manifest] + questionUnit, "not a sum of its blobs"},
		{"less than the manifest", 1, "not a sum of its blobs"},
		{"negative", -1 << 62, "not a sum of its blobs"},
	} {
		if got, err := q.Answer(map[string]int64{manifest: test.sum}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, %v", test.name, got, err)
		}
	}
	if _, err := q.Answer(nil); err == nil || !strings.Contains(err.Error(), "nothing was said of manifest 1 of 1") {
		t.Errorf("no answer: %v", err)
	}
}
