package nixlock

import (
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/narimport"
	"github.com/rules-strata/rules_strata/go/narinfo"
)

// importFile reads an object's file to its end and writes the NAR in it to w.
// It gives the file's hash and size. A file that is not the object's is
// refused.
func importFile(w io.Writer, in io.Reader, info *narinfo.NARInfo, keys []narinfo.PublicKey) (narinfo.Hash, int64, error) {
	file := &counter{r: in, limit: fileLimit(info)}
	hash := sha256.New()
	tee := io.TeeReader(file, hash)
	err := narimport.Copy(w, tee, info, keys)
	if err == nil {
		_, err = io.Copy(io.Discard, tee)
	}
	sum := narinfo.Hash(hash.Sum(nil))
	switch {
	case file.err != nil:
		return sum, file.n, fmt.Errorf("%s: %w", info.StorePath, file.err)
	case err != nil:
		return sum, file.n, &refused{err}
	case !info.FileHash.IsZero() && info.FileHash != sum:
		return sum, file.n, &refused{fmt.Errorf("%s: file hash is %s, want %s", info.StorePath, sum.SRI(), info.FileHash.SRI())}
	case info.FileSize >= 0 && info.FileSize != file.n:
		return sum, file.n, &refused{fmt.Errorf("%s: file size is %d bytes, want %d", info.StorePath, file.n, info.FileSize)}
	}
	return sum, file.n, nil
}

// fileLimit is the largest that the file of an object may be: no format makes
// much more of a NAR.
func fileLimit(info *narinfo.NARInfo) int64 {
	if info.FileSize >= 0 {
		return info.FileSize
	}
	return info.NARSize + info.NARSize/8 + 1<<20
}

// counter counts what is read, up to a limit. It keeps the error of the reader,
// as against what others make of it.
type counter struct {
	r     io.Reader
	n     int64
	limit int64
	err   error
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	if c.n > c.limit {
		return n, fmt.Errorf("the file has more than %d bytes", c.limit)
	}
	return n, err
}
