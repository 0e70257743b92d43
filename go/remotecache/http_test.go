package remotecache

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRangeIgnored: a server may answer with the whole.
func TestRangeIgnored(t *testing.T) {
	s := &server{}
	data := sample(3000)
	d := s.add(data)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		s.ServeHTTP(w, r)
	})
	got, err := connectTo(t, serveHTTP(t, handler)+"/base")(Options{}).read(t.Context(), d, 1000)
	if err != nil || !bytes.Equal(got, data[1000:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestRangeIgnoredSlowly: what is there already may take longer than an answer
// may, as long as bytes come.
func TestRangeIgnoredSlowly(t *testing.T) {
	t.Parallel()
	const steps = 10
	s := &server{}
	data := sample(steps * 1000)
	d := s.add(data)
	address := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for part := range slices.Chunk(data, 1000) {
			_, _ = w.Write(part)
			w.(http.Flusher).Flush()
			time.Sleep(100 * time.Millisecond)
		}
	}))
	timeouts := Timeouts{Connect: 10 * time.Second, Answer: 500 * time.Millisecond, Stall: 500 * time.Millisecond}
	got, err := connectTo(t, address)(Options{Timeouts: timeouts}).read(t.Context(), d, steps*1000-10)
	if err != nil || !bytes.Equal(got, data[steps*1000-10:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestOtherTotal: a range of another blob is none of this one.
func TestOtherTotal(t *testing.T) {
	for _, test := range []struct {
		name, header string
		status       int
		is           func(error) bool
		said         string
	}{
		{"longer", "bytes 1000-3999/4000", http.StatusPartialContent, is[*MismatchError], "it has 4000 bytes"},
		{"shorter", "bytes 1000-1999/2000", http.StatusPartialContent, is[*MismatchError], "it has 2000 bytes"},
		{"too short for the range", "bytes */500", http.StatusRequestedRangeNotSatisfiable, is[*MismatchError], "it has 500 bytes"},
		{"too short by an unknown number", "", http.StatusRequestedRangeNotSatisfiable, is[*MismatchError], "it has at most 1000 bytes"},
		{"not satisfiable though it is", "bytes */3000", http.StatusRequestedRangeNotSatisfiable, is[*AnswerError], "416"},
		{"another range", "bytes 0-2999/3000", http.StatusPartialContent, is[*AnswerError], "bytes 1000-2999/3000"},
		{"no range", "", http.StatusPartialContent, is[*AnswerError], "bytes 1000-2999/3000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if test.header != "" {
					w.Header().Set("Content-Range", test.header)
				}
				w.WriteHeader(test.status)
			}))
			_, err := connectTo(t, address)(Options{}).read(t.Context(), digestOf(sample(3000)), 1000)
			if !test.is(err) || !strings.Contains(err.Error(), test.said) {
				t.Errorf("got %v, want %q", err, test.said)
			}
		})
	}
}

// TestWebPage: the log-in page of a network is no blob, and no reason to remove
// one.
func TestWebPage(t *testing.T) {
	for _, test := range []struct {
		name    string
		blob    []byte
		page    string
		chunked bool
	}{
		{"shorter", sample(3000), "<html>log in</html>", false},
		{"longer", sample(3), "<html>log in</html>", false},
		{"shorter, of unknown length", sample(3000), "<html>log in</html>", true},
		{"longer, of unknown length", sample(3), "<html>log in</html>", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				if test.chunked {
					w.(http.Flusher).Flush()
				}
				_, _ = io.WriteString(w, test.page)
			}))
			_, err := connectTo(t, address)(Options{}).read(t.Context(), digestOf(test.blob), 0)
			if !is[*AnswerError](err) || !strings.Contains(err.Error(), "captive portal") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestBlobThatIsAPage: a cache may say of a page that it is one.
func TestBlobThatIsAPage(t *testing.T) {
	page := []byte("<html>hello</html>")
	address := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page))
	}))
	for offset := range int64(3) {
		got, err := connectTo(t, address)(Options{}).read(t.Context(), digestOf(page), offset)
		if err != nil || !bytes.Equal(got, page[offset:]) {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// TestVersionNotSupported: an answer that cannot become another is the last.
func TestVersionNotSupported(t *testing.T) {
	s := &server{reply: func(int, request) reply { return reply{refuse: http.StatusHTTPVersionNotSupported} }}
	d := s.add(sample(10))
	_, err := connectTo(t, serveHTTP(t, s)+"/base")(Options{}).read(t.Context(), d, 0)
	if asked := len(s.asked()); !is[*AnswerError](err) || asked != 1 {
		t.Errorf("asked %d times, got %v", asked, err)
	}
}
