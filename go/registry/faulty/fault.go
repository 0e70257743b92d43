package faulty

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// Fault answers a request in place of next, or around it.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Status answers with a status, a body and headers, given as name, value, ...
func Status(status int, body string, headers ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// HTML answers with a web page, as captive portals do.
func HTML() Fault {
	return Status(http.StatusOK, "<!DOCTYPE html><html><body>Welcome! Please log in.</body></html>", "Content-Type", "text/html; charset=utf-8")
}

// Redirect answers with a redirect to the same path and query below another
// URL.
func Redirect(base string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		w.Header().Set("Location", base+r.URL.RequestURI())
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

// ResetAnswer resets the connection after n bytes of the answer's body.
func ResetAnswer(n int64) Fault { return cutAnswer(n, true) }

// ShortAnswer closes the connection in order after n bytes of the answer's
// body: all of them arrive.
func ShortAnswer(n int64) Fault { return cutAnswer(n, false) }

func cutAnswer(n int64, reset bool) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&limitedWriter{ResponseWriter: w, left: n}, r)
		_ = http.NewResponseController(w).Flush()
		disconnect(w, reset)
	}
}

// HangAnswer sends n bytes of the answer's body, and then nothing until the
// client goes away. A negative n sends no headers either.
func HangAnswer(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n >= 0 {
			next.ServeHTTP(&limitedWriter{ResponseWriter: w, left: n}, r)
			_ = http.NewResponseController(w).Flush()
		}
		// Else the server does not see that the client has gone.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// ResetRequest takes n bytes of the request's body and resets the connection.
func ResetRequest(n int64) Fault { return cutRequest(n, true) }

// ShortRequest takes n bytes of the request's body and closes the connection.
func ShortRequest(n int64) Fault { return cutRequest(n, false) }

func cutRequest(n int64, reset bool) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body := r.Body
		r.Body = &limitedBody{ReadCloser: body, left: n}
		next.ServeHTTP(&silentWriter{header: http.Header{}}, r)
		disconnect(w, reset)
	}
}

// LoseAnswer does what the request asks for, and resets the connection in place
// of an answer.
func LoseAnswer() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&silentWriter{header: http.Header{}}, r)
		disconnect(w, true)
	}
}

// HangRequest takes n bytes of the request's body and no more.
func HangRequest(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		r.Body = &limitedBody{ReadCloser: r.Body, left: n}
		next.ServeHTTP(&silentWriter{header: http.Header{}}, r)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		// Nothing is read until the client has gone: a byte at a time would be
		// progress.
		waitForEnd(conn)
	}
}

// Corrupt changes a byte of the answer's body.
func Corrupt() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&corruptWriter{ResponseWriter: w}, r)
	}
}

// IgnoreRange answers as if the request had no Range.
func IgnoreRange() Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		r.Header.Del("Range")
		next.ServeHTTP(w, r)
	}
}

// Replace answers as next does, but for the headers, given as name, value, ...;
// an empty value leaves a header out.
func Replace(headers ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&replacingWriter{ResponseWriter: w, headers: headers}, r)
	}
}

// disconnect ends the connection.
func disconnect(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

var errCut = errors.New("faulty: cut off")

type limitedWriter struct {
	http.ResponseWriter
	left int64
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	if int64(len(p)) <= w.left {
		w.left -= int64(len(p))
		return w.ResponseWriter.Write(p)
	}
	n, err := w.ResponseWriter.Write(p[:w.left])
	w.left = 0
	if err == nil {
		err = errCut
	}
	return n, err
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errCut
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// silentWriter keeps an answer back.
type silentWriter struct{ header http.Header }

func (w *silentWriter) Header() http.Header         { return w.header }
func (w *silentWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w *silentWriter) WriteHeader(int)             {}

type corruptWriter struct {
	http.ResponseWriter
	done bool
}

func (w *corruptWriter) Write(p []byte) (int, error) {
	if !w.done && len(p) > 0 {
		w.done = true
		p = append([]byte{}, p...)
		p[len(p)/2] ^= 1
	}
	return w.ResponseWriter.Write(p)
}

type replacingWriter struct {
	http.ResponseWriter
	headers []string
}

func (w *replacingWriter) WriteHeader(status int) {
	for i := 0; i+1 < len(w.headers); i += 2 {
		if w.headers[i+1] == "" {
			w.Header().Del(w.headers[i])
		} else {
			w.Header().Set(w.headers[i], w.headers[i+1])
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// waitForEnd waits until the other side has closed or reset the connection.
func waitForEnd(conn net.Conn) {
	buffer := make([]byte, 1<<10)
	for {
		if _, err := conn.Read(buffer); err != nil && !strings.Contains(err.Error(), "timeout") {
			return
		}
	}
}
