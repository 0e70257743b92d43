package archive

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Question is an archive without layers that finds out which blobs a Docker
// daemon with the containerd store has. The daemon has no request that tells
// it, but of an image that it loaded it tells how many bytes of each manifest's
// content are there, and adds up what the manifest says: blob number n is said
// to have 2^n times questionUnit bytes, so that the sum has one bit for each.
//
// An index lists as many manifests as are needed. Their platform does not
// exist, so that the daemon unpacks nothing.
type Question struct {
	blobs     []string
	manifests [][]byte
	index     []byte
}

const (
	// questionUnit is more than a manifest and its config can have, in bytes.
	questionUnit = 1 << 20
	// questionBlobs is how many blobs a manifest asks for. The sizes of all the
	// manifests of an image have to stay below 2^63 together.
	questionBlobs = 36
)

// questionConfig is the config of all the manifests.
var questionConfig = []byte(`{"architecture":"none","os":"none","rootfs":{"type":"layers","diff_ids":[]}}`)

// NewQuestion asks for blobs by their digests, at most 4,000 different ones.
func NewQuestion(digests []string) (*Question, error) {
	q := &Question{blobs: digests}
	index := ociIndex{SchemaVersion: schemaVersion, MediaType: indexMediaType, Manifests: []descriptor{}}
	for rest := digests; len(rest) > 0; rest = rest[min(questionBlobs, len(rest)):] {
		manifest, err := json.Marshal(questionManifest(rest[:min(questionBlobs, len(rest))]))
		if err != nil {
			return nil, err
		}
		q.manifests = append(q.manifests, manifest)
		d := describeBlob(manifestMediaType, manifest)
		d.Platform = &platform{Architecture: "none", OS: "none"}
		index.Manifests = append(index.Manifests, d)
	}
	var err error
	q.index, err = json.Marshal(index)
	return q, err
}

func questionManifest(digests []string) ociManifest {
	m := ociManifest{
		SchemaVersion: schemaVersion,
		MediaType:     manifestMediaType,
		Config:        describeBlob(configMediaType, questionConfig),
	}
	for n, digest := range digests {
		m.Layers = append(m.Layers, descriptor{MediaType: layerMediaType, Digest: digest, Size: questionUnit << n})
	}
	return m
}

// Digest is the SHA-256 of the index, "sha256:" and 64 hexadecimal digits: the
// ID of the image that asks.
func (q *Question) Digest() string { return digestOf(q.index) }

// Write writes the archive.
func (q *Question) Write(w io.Writer) error {
	outer, err := json.Marshal(ociIndex{
		SchemaVersion: schemaVersion,
		MediaType:     indexMediaType,
		Manifests:     []descriptor{describeBlob(indexMediaType, q.index)},
	})
	if err != nil {
		return err
	}
	files := []file{
		layoutFile,
		{"index.json", outer},
		{blobPath(digestOf(questionConfig)), questionConfig},
		{blobPath(q.Digest()), q.index},
	}
	for _, m := range q.manifests {
		files = append(files, file{blobPath(digestOf(m)), m})
	}
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	for _, f := range files {
		if err := writeFile(tw, header(f.name, int64(len(f.data)), options{modTime: time.Unix(1, 0)}), f.data); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Answer finds the blobs that are there. content has the bytes of each
// manifest's content that the daemon has, by the manifest's digest. An answer
// that does not add up is an error.
func (q *Question) Answer(content map[string]int64) (map[string]bool, error) {
	present := map[string]bool{}
	for i, m := range q.manifests {
		sum, ok := content[digestOf(m)]
		if !ok {
			return nil, fmt.Errorf("nothing was said of manifest %d of %d", i+1, len(q.manifests))
		}
		blobs := q.blobs[i*questionBlobs : min((i+1)*questionBlobs, len(q.blobs))]
		// The daemon has the manifest and the config: both came with it.
		bits := sum - int64(len(m)) - int64(len(questionConfig))
		if bits < 0 || bits%questionUnit != 0 || bits/questionUnit >= 1<<len(blobs) {
			return nil, fmt.Errorf("%d bytes of the content of manifest %d of %d are not a sum of its blobs", sum, i+1, len(q.manifests))
		}
		for n, digest := range blobs {
			if bits/questionUnit&(1<<n) != 0 {
				present[digest] = true
			}
		}
	}
	return present, nil
}
