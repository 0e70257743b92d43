package daemon

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/go/reference"
)

// fakeStore plays a daemon that keeps images, as the real ones with each kind
// of store do.
type fakeStore struct {
	*fake
	kind    storeKind
	version string // of the API

	state sync.Mutex
	// blobs are those in the store: layers by diff ID, and everything else.
	blobs map[string][]byte
	// chains are the layers of the classic store, each with those below it.
	chains map[string]bool
	images map[string]*fakeImage // by ID
	names  map[string]string     // image IDs by name
	loads  []fakeLoad
	// otherIDs has images called by IDs that nobody knows in advance.
	otherIDs bool
	// unpacked says that the containerd store has unpacked all layers that ever
	// come, so that it does not miss their blobs.
	unpacked bool
	// realSizes has content counted as it is, not as manifests say.
	realSizes bool
	// fault is asked before each request, which it counts from 1. It may be nil.
	fault func(request int) fault
	count int
}

// fakeImage is an image that was loaded, whole or not.
type fakeImage struct {
	config    string           // its digest
	diffIDs   []string         // as the config has them
	manifests []fakeDescriptor // containerd: one, or those of an index
	parts     []*fakeManifest  // containerd: the manifests' contents
}

// fakeLoad is an archive that came.
type fakeLoad struct {
	layers int   // that were in it
	bytes  int64 // of the archive
}

// fault is how a request goes wrong.
type fault int

const (
	noFault     fault = iota
	dieBefore         // the connection ends before the request is read
	cutBody           // it ends in the middle of the request's body
	dieAfter          // it ends when all is done, before an answer
	cutAnswer         // it ends in the middle of the answer
	serverError       // nothing is done, the answer is status 500
)

var faults = map[string]fault{"dies before": dieBefore, "cuts the body": cutBody, "dies after": dieAfter, "cuts the answer": cutAnswer, "error 500": serverError}

func startStore(t *testing.T, kind storeKind, version string) *fakeStore {
	t.Helper()
	s := &fakeStore{
		kind: kind, version: version,
		blobs: map[string][]byte{}, chains: map[string]bool{}, images: map[string]*fakeImage{}, names: map[string]string{},
	}
	s.fake = startFakeServer(t, s)
	return s
}

func (s *fakeStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/_ping" {
		w.Header().Set("Api-Version", s.version)
		if s.kind == podmanStore {
			w.Header().Set(podmanHeader, "5.8.6")
		}
		return
	}
	s.state.Lock()
	defer s.state.Unlock()
	s.count++
	f := noFault
	if s.fault != nil {
		f = s.fault(s.count)
	}
	var answer strings.Builder
	status := http.StatusOK
	switch f {
	case dieBefore:
		panic(http.ErrAbortHandler)
	case cutBody:
		_, _ = io.CopyN(io.Discard, r.Body, 5000)
		panic(http.ErrAbortHandler)
	case serverError:
		_, _ = io.Copy(io.Discard, r.Body)
		status = http.StatusInternalServerError
		answer.WriteString(`{"message":"something broke"}`)
	default:
		status = s.serve(&answer, r)
	}
	if f == dieAfter {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text := answer.String()
	if f == cutAnswer {
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, text[:len(text)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, text)
}

// serve does what a request asks for.
func (s *fakeStore) serve(w io.Writer, r *http.Request) (status int) {
	path := strings.TrimPrefix(r.URL.Path, "/v"+s.version)
	ref, isImage := strings.CutPrefix(path, "/images/")
	switch {
	case path == "/info":
		return s.info(w)
	case path == "/images/load" && r.Method == http.MethodPost:
		return s.load(w, r.Body)
	case isImage && r.Method == http.MethodGet:
		return s.inspect(w, strings.TrimSuffix(ref, "/json"), r.URL.Query().Has("manifests"))
	case isImage && r.Method == http.MethodPost:
		return s.tag(w, strings.TrimSuffix(ref, "/tag"), r.URL.Query().Get("repo")+":"+r.URL.Query().Get("tag"))
	case isImage && r.Method == http.MethodDelete:
		return s.remove(w, ref)
	}
	return say(w, http.StatusNotFound, "no such page "+path)
}

func say(w io.Writer, status int, message string) int {
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
	return status
}

func (s *fakeStore) info(w io.Writer) int {
	answer := map[string]any{"Driver": "overlay2", "Images": len(s.images)}
	switch s.kind {
	case containerdStore:
		answer["Driver"], answer["DriverStatus"] = "overlayfs", [][]string{{"driver-type", "io.containerd.snapshotter.v1"}}
	case podmanStore:
		answer["Driver"] = "overlay"
	}
	_ = json.NewEncoder(w).Encode(answer)
	return http.StatusOK
}

func (s *fakeStore) find(ref string) (id string, img *fakeImage) {
	if id = ref; !strings.HasPrefix(ref, "sha256:") {
		id = s.names[fullName(ref)]
		// Podman looks for images without a registry first.
		if local := s.names[fullName("localhost/"+ref)]; s.kind == podmanStore && local != "" {
			id = local
		}
	}
	return id, s.images[id]
}

func (s *fakeStore) inspect(w io.Writer, ref string, manifests bool) int {
	id, img := s.find(ref)
	if img == nil {
		return say(w, http.StatusNotFound, "No such image: "+ref)
	}
	answer := map[string]any{"Id": id, "RepoTags": s.namesOf(id)}
	if s.whole(img) {
		answer["RootFS"] = map[string]any{"Layers": img.diffIDs}
	}
	if manifests {
		var list []map[string]any
		for i, d := range img.manifests {
			content, available := s.content(d, img.parts[i])
			list = append(list, map[string]any{"ID": d.Digest, "Available": available, "Size": map[string]any{"Content": content}})
		}
		answer["Manifests"] = list
	}
	_ = json.NewEncoder(w).Encode(answer)
	return http.StatusOK
}

// content is how many bytes of what a manifest lists are there, as it says.
func (s *fakeStore) content(d fakeDescriptor, m *fakeManifest) (bytes int64, available bool) {
	bytes, available = d.Size, true
	for _, part := range append([]fakeDescriptor{m.Config}, m.Layers...) {
		if data, ok := s.blobs[part.Digest]; ok && s.realSizes {
			bytes += int64(len(data))
		} else if ok {
			bytes += part.Size
		} else {
			available = false
		}
	}
	return bytes, available
}

// whole says that all of an image is there.
func (s *fakeStore) whole(img *fakeImage) bool {
	for i, m := range img.parts {
		if _, available := s.content(img.manifests[i], m); !available {
			return false
		}
	}
	return true
}

func (s *fakeStore) namesOf(id string) []string {
	names := []string{}
	for name, named := range s.names {
		if named == id {
			names = append(names, s.shown(name))
		}
	}
	slices.Sort(names)
	return names
}

// shown is a full name as the daemon shows it.
func (s *fakeStore) shown(name string) string {
	n, err := reference.Parse(name)
	if err != nil {
		panic(err)
	}
	if s.kind == podmanStore {
		return n.Full()
	}
	return n.Docker()
}

func (s *fakeStore) tag(w io.Writer, ref, name string) int {
	id, img := s.find(ref)
	if img == nil {
		return say(w, http.StatusNotFound, "No such image: "+ref)
	}
	s.names[fullName(name)] = id
	return http.StatusCreated
}

func (s *fakeStore) remove(w io.Writer, id string) int {
	if s.images[id] == nil {
		return say(w, http.StatusNotFound, "No such image: "+id)
	}
	for name, named := range s.names {
		if named == id {
			delete(s.names, name)
		}
	}
	delete(s.images, id)
	s.collect()
	return http.StatusOK
}

// collect removes what no image holds.
func (s *fakeStore) collect() {
	held := map[string]bool{}
	chains := map[string]bool{}
	for _, img := range s.images {
		for i := range img.diffIDs {
			chains[chain(img.diffIDs[:i+1])] = true
		}
		held[img.config] = true
		for _, m := range img.parts {
			held[m.Config.Digest] = true
			for _, l := range m.Layers {
				held[l.Digest] = true
			}
		}
	}
	for digest := range s.blobs {
		if !held[digest] {
			delete(s.blobs, digest)
		}
	}
	for c := range s.chains {
		if !chains[c] {
			delete(s.chains, c)
		}
	}
}

func chain(diffIDs []string) string { return strings.Join(diffIDs, "/") }

// check says what is wrong: names that mean images of which a part is missing.
func (s *fakeStore) check(t *testing.T) {
	t.Helper()
	s.state.Lock()
	defer s.state.Unlock()
	for name, id := range s.names {
		if img := s.images[id]; img == nil || !s.whole(img) {
			t.Errorf("%s means %s, which is broken", name, id)
		}
	}
}

// unnamed are the images without a name: how many are whole, how many not.
func (s *fakeStore) unnamed() (whole, broken int) {
	s.state.Lock()
	defer s.state.Unlock()
	for id, img := range s.images {
		switch {
		case len(s.namesOf(id)) > 0:
		case s.whole(img):
			whole++
		default:
			broken++
		}
	}
	return whole, broken
}

// begin forgets what came, and has fault asked from now on.
func (s *fakeStore) begin(fault func(request int) fault) {
	s.state.Lock()
	defer s.state.Unlock()
	s.loads, s.count, s.fault = nil, 0, fault
}

// sent are the archives that came since begin, "layers[,layers]", and the number
// of requests.
func (s *fakeStore) sent() (loads string, requests int) {
	s.state.Lock()
	defer s.state.Unlock()
	var counts []string
	for _, l := range s.loads {
		counts = append(counts, fmt.Sprint(l.layers))
	}
	return strings.Join(counts, ","), s.count
}
