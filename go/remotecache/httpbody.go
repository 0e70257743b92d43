package remotecache

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/cas"
)

// wholeBody reads an answer that has all of a blob, from the offset on. A web
// page is a blob if it has the length of that.
func wholeBody(cache string, resp *http.Response, d cas.Digest, offset int64) (io.ReadCloser, error) {
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	isPage := mediaType == "text/html"
	page := &AnswerError{cache, "with a web page (text/html), as a proxy or a captive portal does (the log-in page of a network)"}
	body := resp.Body
	switch n := resp.ContentLength; {
	case n < 0 && isPage:
		body = &exactly{body, d.Size, page}
	case n >= 0 && n != d.Size && isPage:
		return nil, page
	case n >= 0 && n != d.Size:
		return nil, &MismatchError{cache, d, fmt.Sprintf("%d bytes", n)}
	}
	if offset > 0 {
		body = &skipped{ReadCloser: body, left: offset}
	}
	return body, nil
}

// partBody reads an answer that has a blob from the offset on, or says that
// there is nothing.
func partBody(cache string, resp *http.Response, d cas.Digest, offset int64) (io.ReadCloser, error) {
	isPart := resp.StatusCode == http.StatusPartialContent
	got, want := resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", offset, d.Size-1, d.Size)
	if isPart && offset > 0 && got == want {
		return resp.Body, nil
	}
	_, total, _ := strings.Cut(got, "/")
	size, err := strconv.ParseInt(total, 10, 64)
	switch {
	case err == nil && size != d.Size:
		return nil, &MismatchError{cache, d, fmt.Sprintf("%d bytes", size)}
	case isPart:
		return nil, &AnswerError{cache, fmt.Sprintf("with the range %.80q, want %q", got, want)}
	case err == nil || offset == 0:
		return nil, &AnswerError{cache, resp.Status}
	}
	return nil, shorter(cache, d, offset)
}

// skipped is a body without its first bytes.
type skipped struct {
	io.ReadCloser
	left   int64
	buffer []byte
}

// Read returns for what it skips, too, with no bytes: that is progress.
func (s *skipped) Read(p []byte) (int, error) {
	if s.left == 0 {
		return s.ReadCloser.Read(p)
	}
	if s.buffer == nil {
		s.buffer = make([]byte, 64<<10)
	}
	n, err := s.ReadCloser.Read(s.buffer[:min(int64(len(s.buffer)), s.left)])
	if s.left -= int64(n); s.left == 0 {
		s.buffer = nil
	}
	return 0, err
}

// exactly is a body that must have so many bytes.
type exactly struct {
	io.ReadCloser
	left int64
	err  error
}

func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	e.left -= int64(n)
	if e.left < 0 || e.left > 0 && err == io.EOF {
		return 0, e.err
	}
	return n, err
}
