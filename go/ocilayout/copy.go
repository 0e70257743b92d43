package ocilayout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/outdir"
)

// Copy copies the layout in a folder to an empty directory, byte for byte: the
// blobs of the algorithm sha256, each checked against its name, and what
// describes them.
func Copy(dir *outdir.Dir, folder string) error {
	blobs, err := os.ReadDir(filepath.Join(folder, "blobs", "sha256"))
	if err != nil {
		return err
	}
	names := []string{"index.json", "oci-layout"}
	for _, blob := range blobs {
		names = append(names, blobName(digestPrefix+blob.Name()))
	}
	for _, name := range names {
		if err := dir.Write(name, func(w io.Writer) error { return copyFile(w, folder, name) }); err != nil {
			return fmt.Errorf("%s of the layout %s: %w", name, folder, err)
		}
	}
	return nil
}

func copyFile(w io.Writer, folder, name string) error {
	f, err := os.Open(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	// Without the wrappers, the file would copy by itself.
	if _, err := io.CopyBuffer(io.MultiWriter(hash, w), struct{ io.Reader }{f}, make([]byte, copySize)); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); path.Dir(name) != "." && got != path.Base(name) {
		return fmt.Errorf("its bytes have the digest %s%s: fetch the image again", digestPrefix, got)
	}
	return nil
}
