package layer

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
)

var update = flag.Bool("update", false, "write testdata/golden_generated.json with Python's answers")

const (
	goldenGenerated = "testdata/golden_generated.json"
	// keptAnswers is how many answers that file holds, comparedLayers and
	// comparedHeaders how many a test with Python compares.
	keptAnswers     = 16
	comparedLayers  = 200
	comparedHeaders = 3000
)

// answers are what reference.py says of the generated layers and headers, one
// of each seed from 0 on.
type answers struct {
	About   string        `json:"about,omitempty"`
	Layers  []layerAnswer `json:"layers"`
	Headers []string      `json:"headers"`
	Folders []layerAnswer `json:"folders,omitempty"`
}

type layerAnswer struct {
	DiffID string `json:"diff_id"`
	Size   int64  `json:"size"`
}

// TestGenerated compares generated layers and headers with answers of Python's
// that are kept.
func TestGenerated(t *testing.T) {
	if *update {
		data, err := json.MarshalIndent(askPython(t, pythonRequest(keptAnswers, keptAnswers)), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenGenerated, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(goldenGenerated)
	if err != nil {
		t.Fatal(err)
	}
	var a answers
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Layers) != keptAnswers || len(a.Headers) != keptAnswers {
		t.Fatalf("%d layers and %d headers, want %d", len(a.Layers), len(a.Headers), keptAnswers)
	}
	compare(t, a)
}

// TestPython compares many more with Python itself.
func TestPython(t *testing.T) {
	compare(t, askPython(t, pythonRequest(comparedLayers, comparedHeaders)))
}

func compare(t *testing.T, a answers) {
	for seed, want := range a.Layers {
		t.Run(fmt.Sprintf("layer %d", seed), func(t *testing.T) {
			l := newGenerator(uint64(seed)).layer()
			var nars, manifests []*object.Object
			for _, o := range l.objects {
				nars = append(nars, o.tree.open(t, o.path))
			}
			checkLayer(t, "NAR", nars, l.options, want.DiffID, want.Size)
			for _, o := range l.objects {
				if !manifestable(o.tree) {
					return
				}
				manifests = append(manifests, o.tree.openManifest(t, o.path))
			}
			checkLayer(t, "manifest", manifests, l.options, want.DiffID, want.Size)
		})
	}
	for seed, want := range a.Headers {
		h := newGenerator(uint64(seed)).header()
		var buf bytes.Buffer
		if err := NewTarWriter(&buf).WriteHeader(&h); err != nil {
			t.Errorf("header %d: %+v: %v", seed, h, err)
		} else if got := fmt.Sprintf("%x", sha256.Sum256(buf.Bytes())); got != want {
			t.Errorf("header %d: %+v: got %q", seed, h, buf.Bytes())
		}
	}
}

// manifestable says whether a manifest can hold the tree.
func manifestable(t tree) bool {
	ok := true
	t.walk("", func(path string, t tree) {
		ok = ok && !bytes.ContainsAny([]byte(path+t.Target), "\n")
	})
	return ok
}

// python finds an interpreter that writes tars as dockerTools' does: older
// ones fill the device fields of what is no device.
func python(t *testing.T) string {
	t.Helper()
	name, err := exec.LookPath("python3")
	if err == nil {
		err = exec.Command(name, "-c", "import sys, tarfile; sys.exit(sys.version_info < (3, 11))").Run()
	}
	if err != nil {
		t.Skipf("not compared with Python's tarfile, because there is no python3 of version 3.11 or later that runs: %v", err)
	}
	return name
}

// askPython skips the test if there is no Python to ask.
func askPython(t *testing.T, question map[string]any) answers {
	t.Helper()
	interpreter := python(t)
	request, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(interpreter, "-X", "utf8", "testdata/reference.py")
	cmd.Stdin = bytes.NewReader(request)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	a := answers{About: "Answers of testdata/reference.py, which uses Python's tarfile, for the generated layers and headers of the seeds from 0 on. Written by go test -run TestGenerated -update."}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// pythonRequest spells out what the generator makes.
func pythonRequest(layers, headers int) map[string]any {
	type list = []map[string]any
	layerList, headerList := list{}, list{}
	for seed := range layers {
		l := newGenerator(uint64(seed)).layer()
		objects := list{}
		for _, o := range l.objects {
			entries := list{}
			o.tree.walk("", func(path string, t tree) {
				entries = append(entries, map[string]any{
					"path": latin1(path), "type": t.Type, "target": latin1(t.Target),
					"executable": t.Executable, "content": latin1(t.content()),
				})
			})
			objects = append(objects, map[string]any{"path": o.path, "entries": entries})
		}
		layerList = append(layerList, pythonLayer(l.options, objects))
	}
	for seed := range headers {
		h := newGenerator(uint64(seed)).header()
		headerList = append(headerList, map[string]any{
			"name": latin1(h.Name), "type": string(rune(h.Type)), "mode": h.Mode, "uid": h.UID, "gid": h.GID,
			"size": h.Size, "mtime": h.MTime, "linkname": latin1(h.Linkname), "uname": latin1(h.UName),
			"gname": latin1(h.GName), "devmajor": h.DevMajor, "devminor": h.DevMinor,
		})
	}
	return map[string]any{"layers": layerList, "headers": headerList, "folders": list{}}
}

func pythonLayer(o Options, objects any) map[string]any {
	return map[string]any{
		"store_dir": o.StoreDir, "mtime": o.MTime, "uid": o.UID, "gid": o.GID,
		"uname": latin1(o.UName), "gname": latin1(o.GName), "objects": objects,
	}
}

// latin1 writes bytes as characters, since JSON has no bytes.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
