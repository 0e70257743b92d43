package main

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// movingDaemon plays a Docker daemon that has one image, whose name another
// load takes away as soon as it was looked at. A container says which image it
// is of.
type movingDaemon struct {
	id string // of the image

	mu    sync.Mutex
	moved bool
	ran   string // the ID of the image that was run
}

func (d *movingDaemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	const other = "sha256:0123"
	w.Header().Set("Api-Version", "1.44")
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch path {
	case "images/hello:v1/json":
		id := d.id
		if d.moved {
			id = other
		}
		d.moved = true
		_, _ = io.WriteString(w, `{"Id":"`+id+`","RepoTags":["hello:v1"]}`)
	case "containers/create":
		var in struct{ Image string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		if d.ran = in.Image; in.Image == "hello:v1" {
			d.ran = other
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"Id":"c1"}`)
	case "containers/c1/attach":
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		go say(conn, d.ran)
	case "containers/c1/wait":
		_, _ = io.WriteString(w, `{"StatusCode":3}`)
	}
}

// say is a command that writes a text and ends.
func say(conn net.Conn, text string) {
	defer conn.Close()
	head := [8]byte{1}
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	_, _ = conn.Write(append(head[:], text...))
}

// TestRunWhatWasLoaded: the image that was loaded runs, whatever its name means
// by then.
func TestRunWhatWasLoaded(t *testing.T) {
	program, id := makeImage(t)
	server := httptest.NewServer(&movingDaemon{id: id})
	defer server.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+strings.TrimPrefix(server.URL, "http://"))
	if r := call(program, "run"); r.status != 3 || r.stdout != id {
		t.Errorf("got %+v, want %s to run", r, id)
	}
}

func TestRunWithoutTheDaemonThatWasAskedFor(t *testing.T) {
	program, _ := makeImage(t)
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none.sock"))
	if r := call(program, "run"); r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, "no Docker daemon answers") {
		t.Errorf("got %+v", r)
	}
}
