package faulty

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// store is what a registry keeps, after the OCI distribution specification.
// A blob is only in the repositories that it was pushed to or mounted into.
type store struct {
	mu        sync.Mutex
	blobs     map[string][]byte   // "REPOSITORY DIGEST"
	manifests map[string]manifest // "REPOSITORY REFERENCE"
	uploads   map[string][]byte
	next      int
}

type manifest struct {
	mediaType string
	data      []byte
}

func newStore() *store {
	return &store{blobs: map[string][]byte{}, manifests: map[string]manifest{}, uploads: map[string][]byte{}}
}

// DigestOf is the digest of data.
func DigestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// PutBlob gives a repository a blob, under its digest or, with one given, under
// that.
func (s *Server) PutBlob(repository string, data []byte, digest ...string) string {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d := append(digest, DigestOf(data))[0]
	s.store.blobs[repository+" "+d] = data
	return d
}

// PutManifest gives a repository a manifest under its digest and the tags.
func (s *Server) PutManifest(repository, mediaType string, data []byte, tags ...string) string {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d := DigestOf(data)
	for _, ref := range append(tags, d) {
		s.store.manifests[repository+" "+ref] = manifest{mediaType, data}
	}
	return d
}

// Blob is a blob of a repository, nil if there is none.
func (s *Server) Blob(repository, digest string) []byte {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.blobs[repository+" "+digest]
}

// Tag is the manifest that a reference of a repository is of, nil if there is
// none.
func (s *Server) Tag(repository, reference string) []byte {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.manifests[repository+" "+reference].data
}

// ForgetUploads forgets the uploads that have not ended.
func (s *Server) ForgetUploads() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.uploads = map[string][]byte{}
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	switch KindOf(r) {
	case Ping:
		w.WriteHeader(http.StatusOK)
	case Upload:
		repository, id, _ := strings.Cut(path, "/blobs/uploads/")
		s.upload(w, r, repository, id)
	case Blob:
		repository, digest, _ := strings.Cut(path, "/blobs/")
		s.blob(w, r, repository, digest)
	case Manifest:
		repository, reference, _ := strings.Cut(path, "/manifests/")
		s.manifest(w, r, repository, reference)
	default:
		fail(w, http.StatusNotFound, "UNSUPPORTED", "no such path")
	}
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}

func (s *store) blob(w http.ResponseWriter, r *http.Request, repository, digest string) {
	s.mu.Lock()
	data, ok := s.blobs[repository+" "+digest]
	s.mu.Unlock()
	if !ok {
		fail(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
		return
	}
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Content-Type", "application/octet-stream")
	status := http.StatusOK
	if text := r.Header.Get("Range"); text != "" {
		first, last, _ := strings.Cut(strings.TrimPrefix(text, "bytes="), "-")
		from, err := strconv.Atoi(first)
		to := len(data) - 1
		if last != "" && err == nil {
			to, err = strconv.Atoi(last)
		}
		if err != nil || from > to || to >= len(data) {
			fail(w, http.StatusRequestedRangeNotSatisfiable, "SIZE_INVALID", "no such range")
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(data)))
		data, status = data[from:to+1], http.StatusPartialContent
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

func (s *store) manifest(w http.ResponseWriter, r *http.Request, repository, reference string) {
	if r.Method == http.MethodPut {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			fail(w, http.StatusBadRequest, "MANIFEST_INVALID", err.Error())
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		digest := DigestOf(data)
		if lacking := s.lacking(repository, data); lacking != "" {
			fail(w, http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN", "the manifest's "+lacking+" is not here")
			return
		}
		if strings.Contains(reference, ":") && reference != digest {
			fail(w, http.StatusBadRequest, "DIGEST_INVALID", "it is "+digest)
			return
		}
		m := manifest{r.Header.Get("Content-Type"), data}
		s.manifests[repository+" "+reference], s.manifests[repository+" "+digest] = m, m
		w.Header().Set("Docker-Content-Digest", digest)
		w.WriteHeader(http.StatusCreated)
		return
	}
	s.mu.Lock()
	m, ok := s.manifests[repository+" "+reference]
	s.mu.Unlock()
	if !ok {
		fail(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	w.Header().Set("Docker-Content-Digest", DigestOf(m.data))
	w.Header().Set("Content-Type", m.mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(m.data)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(m.data)
	}
}

// lacking is something that a manifest names and the repository does not have.
func (s *store) lacking(repository string, data []byte) string {
	type descriptor struct{ Digest string }
	var m struct {
		Config            descriptor
		Layers, Manifests []descriptor
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return "JSON"
	}
	for _, d := range append(m.Layers, m.Config) {
		if _, ok := s.blobs[repository+" "+d.Digest]; !ok && d.Digest != "" {
			return d.Digest
		}
	}
	for _, d := range m.Manifests {
		if _, ok := s.manifests[repository+" "+d.Digest]; !ok {
			return d.Digest
		}
	}
	return ""
}
