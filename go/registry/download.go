package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// blob fetches a blob whose body goes on where it breaks off.
func (t *transfer) blob(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK || req.Header.Get("Range") != "" {
		return resp, err
	}
	w := wantedOf(req.Context())
	if w == nil {
		first, _ := origin(req)
		digest, _ := blobOf(first.URL.Path)
		w = &wanted{digest: digest, size: resp.ContentLength}
	}
	from := withoutQuery(req.URL)
	if w.size >= 0 && resp.ContentLength >= 0 && w.size != resp.ContentLength {
		resp.Body.Close()
		return nil, &SizeError{Wanted: w.size, Got: resp.ContentLength, From: from}
	}
	d, err := newDigester(w.digest.Algorithm)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	size := max(w.size, resp.ContentLength)
	resp.Body = &blobBody{transfer: t, req: req, wanted: *w, size: size, digester: d, body: resp.Body, from: from}
	return resp, nil
}

// blobBody is a blob that is being fetched. It ends with io.EOF only if it has
// the wanted digest.
type blobBody struct {
	transfer *transfer
	req      *http.Request
	wanted   wanted
	size     int64 // -1: unknown
	digester *digester
	from     string

	body    io.ReadCloser
	n       int64 // bytes read
	tries   int   // to go on since the last progress
	noRange bool  // the server does not give the range that it is asked for
	broken  error // why the body ended
	err     error
}

func (b *blobBody) Read(p []byte) (int, error) {
	for b.err == nil {
		if b.broken != nil {
			b.err = b.resume()
			continue
		}
		n, err := b.body.Read(p)
		_, _ = b.digester.Write(p[:n])
		b.n += int64(n)
		if n > 0 {
			b.tries = 0
		}
		switch {
		case b.size >= 0 && b.n > b.size:
			b.err = &SizeError{Wanted: b.size, Got: b.n, More: true, From: b.from}
			return 0, b.err
		case b.n == b.size, err == io.EOF && b.size < 0:
			// The last bytes are given only if all are right.
			if b.err = b.finish(); b.err != io.EOF {
				return 0, b.err
			}
		case err == io.EOF && b.digester.digest() == b.wanted.digest:
			b.err = &SizeError{Wanted: b.size, Got: b.n, From: b.from}
		case err == io.EOF:
			b.broken = io.ErrUnexpectedEOF
		case err != nil:
			b.broken = err
		}
		if n > 0 || err == nil {
			return n, nil
		}
	}
	return 0, b.err
}

func (b *blobBody) finish() error {
	if got := b.digester.digest(); got != b.wanted.digest {
		return &DigestMismatchError{Wanted: b.wanted.digest, Got: got, From: b.from}
	}
	return io.EOF
}

func (b *blobBody) Close() error { return b.body.Close() }

// resume opens the rest of the body, or returns why it cannot be had.
func (b *blobBody) resume() error {
	ctx, host := b.req.Context(), b.req.URL.Host
	b.body.Close()
	if ctx.Err() != nil || permanent(b.broken) {
		return b.broken
	}
	if b.tries++; b.tries > maxTries {
		return fmt.Errorf("%s: it broke off after %d bytes, and %d times nothing more came: %w", b.from, b.n, maxTries, b.broken)
	}
	pace := b.transfer.session.client.pace
	pace.failed(host, b.tries, nil)
	if err := pace.wait(ctx, host); err != nil {
		return err
	}
	header := http.Header{}
	if !b.noRange {
		header.Set("Range", b.rest())
	}
	resp, err := b.transfer.again(b.req, header)
	if err != nil {
		return fmt.Errorf("%s: it broke off after %d bytes (%w): %w", b.from, b.n, b.broken, err)
	}
	b.body, b.broken = resp.Body, nil
	switch resp.StatusCode {
	case http.StatusPartialContent:
		if !b.isRest(resp.Header.Get("Content-Range")) {
			b.noRange = true
			b.broken = fmt.Errorf("asked for %s, got the range %q", b.rest(), resp.Header.Get("Content-Range"))
		}
	case http.StatusOK:
		if _, err := io.CopyN(io.Discard, resp.Body, b.n); err != nil {
			b.broken = unexpected(err)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		b.noRange = true
		b.broken = transport.CheckError(resp)
	default:
		return transport.CheckError(resp)
	}
	return nil
}

// rest is the range of what is missing, after RFC 9110, section 14.1.2.
func (b *blobBody) rest() string {
	if b.size < 0 {
		return fmt.Sprintf("bytes=%d-", b.n)
	}
	return fmt.Sprintf("bytes=%d-%d", b.n, b.size-1)
}

// isRest is whether a Content-Range (RFC 9110, section 14.4) is that of what is
// missing.
func (b *blobBody) isRest(contentRange string) bool {
	var first, last int64
	span, total, ok := strings.Cut(strings.TrimPrefix(contentRange, "bytes "), "/")
	if _, err := fmt.Sscanf(span, "%d-%d", &first, &last); err != nil || !ok || first != b.n {
		return false
	}
	return b.size < 0 || last == b.size-1 && (total == "*" || total == fmt.Sprint(b.size))
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
