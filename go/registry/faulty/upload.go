package faulty

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// upload serves "Pushing blobs" of the OCI distribution specification.
func (s *store) upload(w http.ResponseWriter, r *http.Request, repository, id string) {
	if r.Method == http.MethodPost {
		s.begin(w, r, repository)
		return
	}
	s.mu.Lock()
	have, ok := s.uploads[id]
	s.mu.Unlock()
	if !ok {
		fail(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "upload unknown")
		return
	}
	switch r.Method {
	case http.MethodGet:
		s.where(w, repository, id, http.StatusNoContent)
	case http.MethodPatch:
		if from, _, ok := strings.Cut(r.Header.Get("Content-Range"), "-"); ok && from != strconv.Itoa(len(have)) || !ok && len(have) > 0 {
			s.where(w, repository, id, http.StatusRequestedRangeNotSatisfiable)
			return
		}
		// What has arrived is kept, even where the rest does not come.
		err := s.receive(id, r.Body)
		if err != nil {
			fail(w, http.StatusBadRequest, "BLOB_UPLOAD_INVALID", err.Error())
			return
		}
		s.where(w, repository, id, http.StatusAccepted)
	case http.MethodPut:
		s.commit(w, repository, id, r.URL.Query().Get("digest"))
	}
}

func (s *store) begin(w http.ResponseWriter, r *http.Request, repository string) {
	s.mu.Lock()
	query := r.URL.Query()
	if data, ok := s.blobs[query.Get("from")+" "+query.Get("mount")]; ok {
		s.blobs[repository+" "+query.Get("mount")] = data
		s.mu.Unlock()
		w.Header().Set("Docker-Content-Digest", query.Get("mount"))
		w.WriteHeader(http.StatusCreated)
		return
	}
	s.next++
	id := fmt.Sprint("upload", s.next)
	s.uploads[id] = nil
	s.mu.Unlock()
	s.where(w, repository, id, http.StatusAccepted)
}

func (s *store) receive(id string, body io.Reader) error {
	chunk := make([]byte, 32<<10)
	for {
		n, err := body.Read(chunk)
		s.mu.Lock()
		s.uploads[id] = append(s.uploads[id], chunk[:n]...)
		s.mu.Unlock()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *store) where(w http.ResponseWriter, repository, id string, status int) {
	s.mu.Lock()
	n := len(s.uploads[id])
	s.mu.Unlock()
	w.Header().Set("Location", "/v2/"+repository+"/blobs/uploads/"+id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(n-1, 0)))
	w.WriteHeader(status)
}

func (s *store) commit(w http.ResponseWriter, repository, id, digest string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := s.uploads[id]
	if DigestOf(data) != digest {
		delete(s.uploads, id)
		fail(w, http.StatusBadRequest, "DIGEST_INVALID", "it is "+DigestOf(data))
		return
	}
	s.blobs[repository+" "+digest] = bytes.Clone(data)
	delete(s.uploads, id)
	w.Header().Set("Docker-Content-Digest", digest)
	w.WriteHeader(http.StatusCreated)
}
