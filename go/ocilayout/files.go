package ocilayout

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/blob"
)

// Files are blobs in files of their own. The zero value has none.
type Files struct {
	paths   map[string]string
	folders []string
}

// Add adds the blob with a digest, "sha256:…", in a file.
func (f *Files) Add(digest, file string) {
	if f.paths == nil {
		f.paths = map[string]string{}
	}
	f.paths[digest] = file
}

// AddFolder adds the blobs in a folder, files named by the 64 hexadecimal
// digits of their digests.
func (f *Files) AddFolder(folder string) { f.folders = append(f.folders, folder) }

// Open opens a blob.
func (f *Files) Open(digest string) (io.ReadCloser, error) {
	if file, ok := f.paths[digest]; ok {
		return os.Open(file)
	}
	digits, err := blob.ParseDigest(digest)
	if err != nil {
		return nil, err
	}
	for _, folder := range f.folders {
		r, err := os.Open(filepath.Join(folder, digits))
		if !os.IsNotExist(err) {
			return r, err
		}
	}
	return nil, fmt.Errorf("it is neither among the %d files nor in the %d folders of blobs that were given", len(f.paths), len(f.folders))
}
