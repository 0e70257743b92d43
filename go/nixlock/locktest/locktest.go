// Package locktest makes small binary caches for tests.
package locktest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// Cache is the files of a binary cache by name. Tests change them as they like.
type Cache struct {
	Files map[string][]byte
	Key   narinfo.PublicKey

	private ed25519.PrivateKey
}

// New makes an empty cache that signs with a key of that name.
func New(keyName string) *Cache {
	seed := sha256.Sum256([]byte(keyName))
	private := ed25519.NewKeyFromSeed(seed[:])
	return &Cache{
		Files:   map[string][]byte{"nix-cache-info": []byte("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n")},
		Key:     narinfo.PublicKey{Name: keyName, Key: private.Public().(ed25519.PublicKey)},
		private: private,
	}
}

// Path is the store path of the object of that name.
func Path(name string) store.Path {
	sum := sha256.Sum256([]byte(name))
	return store.Path("/nix/store/" + store.Base32(sum[:20]) + "-" + name)
}

// NAR is a NAR of one file.
func NAR(content string) []byte {
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	for _, err := range []error{
		w.WriteHeader(nar.Entry{Type: nar.Regular, Size: int64(len(content))}),
		second(w.Write([]byte(content))),
		w.Close(),
	} {
		if err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func second(_ int, err error) error { return err }

// Compress wraps data as a frame of zstd (RFC 8878) that stores it as it is: the
// same bytes whatever the version of a compressor.
func Compress(data []byte) []byte {
	const singleSegment8ByteSize = 0xe0
	frame := append([]byte("\x28\xb5\x2f\xfd"), singleSegment8ByteSize)
	frame = binary.LittleEndian.AppendUint64(frame, uint64(len(data)))
	const maxBlock = 128 << 10
	for {
		block := data[:min(len(data), maxBlock)]
		data = data[len(block):]
		header := uint32(len(block)) << 3
		if len(data) == 0 {
			header |= 1
		}
		frame = append(frame, byte(header), byte(header>>8), byte(header>>16))
		frame = append(frame, block...)
		if len(data) == 0 {
			return frame
		}
	}
}

// Add adds a signed object of that name, a file, and gives its store path.
func (c *Cache) Add(name string, references ...store.Path) store.Path {
	path := Path(name)
	c.AddNAR(path, NAR("content of "+name), "", references...)
	return path
}

// AddText adds an object that is not signed: its store path is made from its
// content, a file.
func (c *Cache) AddText(name, content string, references ...store.Path) store.Path {
	sum := sha256.Sum256([]byte(content))
	kind := "text"
	references = slices.Sorted(slices.Values(references))
	for _, r := range references {
		kind += ":" + string(r)
	}
	full := sha256.Sum256(fmt.Appendf(nil, "%s:sha256:%x:/nix/store:%s", kind, sum, name))
	var folded [20]byte
	for i, b := range full {
		folded[i%20] ^= b
	}
	path := store.Path("/nix/store/" + store.Base32(folded[:]) + "-" + name)
	c.AddNAR(path, NAR(content), "text:sha256:"+store.Base32(sum[:]), references...)
	return path
}

// AddNAR adds an object, signed unless it has a content address.
func (c *Cache) AddNAR(path store.Path, archive []byte, contentAddress string, references ...store.Path) {
	references = slices.Sorted(slices.Values(references))
	file := Compress(archive)
	narHash, fileHash := narinfo.Hash(sha256.Sum256(archive)), narinfo.Hash(sha256.Sum256(file))
	url := "nar/" + store.Base32(fileHash[:]) + ".nar.zst"
	bases := make([]string, len(references))
	for i, r := range references {
		bases[i] = r.Base()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "StorePath: %s\nURL: %s\nCompression: zstd\nFileHash: %s\nFileSize: %d\nNarHash: %s\nNarSize: %d\nReferences: %s\n",
		path, url, fileHash.Nix(), len(file), narHash.Nix(), len(archive), strings.Join(bases, " "))
	if contentAddress != "" {
		fmt.Fprintf(&b, "CA: %s\n", contentAddress)
	} else {
		message := narinfo.Fingerprint(path, narHash, int64(len(archive)), references)
		s := narinfo.Signature{KeyName: c.Key.Name, Sig: ed25519.Sign(c.private, []byte(message))}
		fmt.Fprintf(&b, "Sig: %s\n", s)
	}
	c.Files[NARInfo(path)] = []byte(b.String())
	c.Files[url] = file
}

// NARInfo names the narinfo of an object.
func NARInfo(path store.Path) string { return path.HashPart() + ".narinfo" }

// URL names the NAR file of an object.
func (c *Cache) URL(path store.Path) string {
	for line := range strings.Lines(string(c.Files[NARInfo(path)])) {
		if url, ok := strings.CutPrefix(line, "URL: "); ok {
			return strings.TrimSuffix(url, "\n")
		}
	}
	panic(fmt.Sprintf("%s is not in the cache", path))
}

// Edit changes the narinfo of an object: old becomes new.
func (c *Cache) Edit(path store.Path, old, new string) {
	data := string(c.Files[NARInfo(path)])
	if !strings.Contains(data, old) {
		panic(fmt.Sprintf("the narinfo of %s has no %q", path, old))
	}
	c.Files[NARInfo(path)] = []byte(strings.ReplaceAll(data, old, new))
}

// Line gives the line of an object's narinfo that has the field.
func (c *Cache) Line(path store.Path, field string) string {
	for line := range strings.Lines(string(c.Files[NARInfo(path)])) {
		if strings.HasPrefix(line, field+": ") {
			return line
		}
	}
	panic(fmt.Sprintf("the narinfo of %s has no %s", path, field))
}

// WriteTo writes the files into a folder.
func (c *Cache) WriteTo(t testing.TB, folder string) {
	t.Helper()
	for name, data := range c.Files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Fault may answer a request in a cache's place. It gets the number of requests
// for that file so far, from 1.
type Fault func(w http.ResponseWriter, r *http.Request, n int) (answered bool)

// Server serves a cache.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	fault    Fault
	requests map[string]int
}

// SetFault sets what may answer from now on.
func (s *Server) SetFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Serve serves the cache until the test ends.
func (c *Cache) Serve(t testing.TB) *Server {
	s := &Server{requests: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests[r.URL.Path]++
		n, fault := s.requests[r.URL.Path], s.fault
		s.mu.Unlock()
		if fault != nil && fault(w, r, n) {
			return
		}
		data, ok := c.Files[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(s.Close)
	return s
}

// Requests is how often a file was asked for.
func (s *Server) Requests(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests["/"+name]
}

// Total is how many requests there were.
func (s *Server) Total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, n := range s.requests {
		total += n
	}
	return total
}
