package imagecheck

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

const (
	// maxContains bounds what is searched in a file, in bytes.
	maxContains = 64 << 10
	// maxShown is how much of a file's content a failure shows, in bytes.
	maxShown = 200
	// readSize is how much of a file is read at once, in bytes.
	readSize = 256 << 10
)

// content is what has been found out of a file's content.
type content struct {
	size   int64
	sha256 string
	// begin is the file's first maxShown+1 bytes.
	begin []byte
	// contains tells which of the texts that were searched are in the file.
	contains map[string]bool
}

// readContents reads files of the image, in one pass over each layer that has
// one; for each file the texts to search in it.
func readContents(ctx context.Context, layers []archive.Layer, files map[*imagetree.Inode][]string) (map[*imagetree.Inode]*content, error) {
	contents := map[*imagetree.Inode]*content{}
	for i := range layers {
		wanted := map[int]*imagetree.Inode{}
		for in := range files {
			if in.Layer == i {
				wanted[in.Entry] = in
			}
		}
		if len(wanted) == 0 {
			continue
		}
		err := imagetree.Walk(ctx, layers, i, func(entry int, _ *tar.Header, r io.Reader) error {
			in := wanted[entry]
			if in == nil {
				return nil
			}
			c, err := readContent(r, files[in])
			if err != nil {
				return err
			}
			contents[in] = c
			delete(wanted, entry)
			if len(wanted) == 0 {
				return imagetree.ErrEnough
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return contents, nil
}

// readContent reads a file to its end.
func readContent(r io.Reader, texts []string) (*content, error) {
	c := &content{contains: map[string]bool{}}
	longest := 0
	for _, text := range texts {
		longest = max(longest, len(text))
		c.contains[text] = text == ""
	}
	hash := sha256.New()
	// What was read stands after the end of what was read before, in which a
	// text may begin.
	buffer := make([]byte, longest+readSize)
	kept := 0
	for {
		n, err := r.Read(buffer[kept : kept+readSize])
		if n > 0 {
			c.add(buffer[kept:kept+n], hash)
			seen := buffer[:kept+n]
			for _, text := range texts {
				c.contains[text] = c.contains[text] || bytes.Contains(seen, []byte(text))
			}
			kept = min(longest, len(seen))
			copy(buffer, seen[len(seen)-kept:])
		}
		if err == io.EOF {
			c.sha256 = hex.EncodeToString(hash.Sum(nil))
			return c, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (c *content) add(p []byte, h hash.Hash) {
	h.Write(p)
	c.size += int64(len(p))
	if missing := maxShown + 1 - len(c.begin); missing > 0 {
		c.begin = append(c.begin, p[:min(missing, len(p))]...)
	}
}

// show is the content, or how it begins.
func (c *content) show() string {
	if len(c.begin) <= maxShown {
		return fmt.Sprintf("%q", c.begin)
	}
	return fmt.Sprintf("%q… (%d bytes, sha256 %s)", c.begin[:maxShown], c.size, c.sha256)
}

// failures lists where the content is not as p says.
func (c *content) failures(p *Path) []string {
	var failures []string
	if p.Content != nil {
		sum := sha256.Sum256([]byte(*p.Content))
		if hex.EncodeToString(sum[:]) != c.sha256 {
			failures = append(failures, fmt.Sprintf("content is %s, want %q", c.show(), *p.Content))
		}
	}
	if p.Contains != nil && !c.contains[*p.Contains] {
		failures = append(failures, fmt.Sprintf("content does not contain %q; it is %s", *p.Contains, c.show()))
	}
	if p.SHA256 != "" && p.SHA256 != c.sha256 {
		failures = append(failures, fmt.Sprintf("sha256 is %s, want %s", c.sha256, p.SHA256))
	}
	return failures
}
