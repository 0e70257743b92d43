package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// workerClient is Bazel's end of strata as a worker.
type workerClient struct {
	t         *testing.T
	requests  *os.File
	responses *bufio.Reader
	status    chan int
	stderr    *bytes.Buffer
}

func startWorker(t *testing.T) *workerClient { return startWorkerIn(t.Context(), t) }

func startWorkerIn(ctx context.Context, t *testing.T) *workerClient {
	t.Helper()
	pipe := func() (*os.File, *os.File) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(); w.Close() })
		return r, w
	}
	in, requests := pipe()
	responses, out := pipe()
	c := &workerClient{t: t, requests: requests, responses: bufio.NewReader(responses), status: make(chan int, 1), stderr: new(bytes.Buffer)}
	go func() { c.status <- serve(ctx, in, out, c.stderr) }()
	return c
}

func (c *workerClient) send(r *protocol.WorkRequest) {
	c.t.Helper()
	if _, err := protodelim.MarshalTo(c.requests, r); err != nil {
		c.t.Error(err)
	}
}

func (c *workerClient) receive() *protocol.WorkResponse {
	c.t.Helper()
	r := new(protocol.WorkResponse)
	if err := protodelim.UnmarshalFrom(c.responses, r); err != nil {
		c.t.Fatal(err)
	}
	return r
}

// run runs one request below a folder and gives its status and what it said.
func (c *workerClient) run(folder string, args ...string) (int, string) {
	c.t.Helper()
	c.send(&protocol.WorkRequest{Arguments: args, RequestId: 1, SandboxDir: folder})
	r := c.receive()
	return int(r.GetExitCode()), r.GetOutput()
}

func (c *workerClient) end() {
	c.t.Helper()
	_ = c.requests.Close()
	if status := <-c.status; status != 0 || c.stderr.Len() > 0 {
		c.t.Errorf("status %d: %s", status, c.stderr)
	}
}

// sandbox fills a folder with the inputs of a test's requests, by relative
// paths. Files have so many words.
func sandbox(t *testing.T, folder string, words int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(folder, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	program := "#!" + libPath + "/bin/sh\n" + strings.Repeat("text ", words)
	for name, text := range map[string]string{
		"object.nar": readFile(t, treeNAR(t, "bin/", "bin/app="+program, "share/", "share/empty/", "tool -> bin/app")),
		"app":        program,
		"manifest":   "file\x000555\x00bin/app\x00in/app\ndirectory\x000555\x00share/empty\x00\nsymlink\x00\x00tool\x00bin/app\n",
		"time":       "1700000000\n",
		"flags":      "--uid=7\n--gname=a b\n",
		"broken.nar": "not a NAR",
	} {
		if err := os.WriteFile(filepath.Join(folder, "in", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// workerRequests are requests of all steps that a worker has, good and bad,
// whose paths are relative.
var workerRequests = []struct {
	name string
	args []string
}{
	{"layer of a NAR", []string{"layer", "--object", appPath + "=in/object.nar", "--metadata=layer.json", "--listing=listing", "--tar=tar", "--mtime=@in/time", "@in/flags"}},
	{"layer of a manifest", []string{"layer", "--object", appPath + "=@in/manifest", "--metadata=layer.json", "--listing=listing", "--check-references", "--reference", libPath}},
	{"layer of records", []string{"layer", "--metadata=layer.json", "--check-references", "--reference", libPath, "--object", appPath + "=@",
		"file\x000555\x00bin/app\x00in/app", "directory\x000555\x00share/empty\x00", "symlink\x00\x00tool\x00bin/app"}},
	{"info of a NAR", []string{"info", "--object", appPath + "=in/object.nar", "--out=info.json"}},
	{"info of records", []string{"info", "--out=info.json", "--object", appPath + "=@", "file\x000444\x00a\x00in/app"}},
	{"files of a NAR", []string{"files", "--out=files.mtree", "--object", appPath + "=in/object.nar"}},
	{"files of records", []string{"files", "--out=files.mtree", "--object", appPath + "=@", "file\x000444\x00a\x00in/app"}},
	{"blob in gzip", []string{"blob", "--compression=gzip", "--out=blob", "--descriptor=blob.json", "--object", appPath + "=in/object.nar"}},
	{"blob in zstd", []string{"blob", "--compression=zstd", "--descriptor=blob.json", "--object", appPath + "=@", "file\x000444\x00a\x00in/app"}},
	{"blob of a tar", []string{"blob", "--compression=zstd", "--out=blob", "--descriptor=blob.json", "--tar=in/app"}},
	{"undeclared reference", []string{"layer", "--metadata=layer.json", "--check-references", "--object", appPath + "=in/object.nar"}},
	{"missing NAR", []string{"layer", "--metadata=layer.json", "--object", appPath + "=in/missing.nar"}},
	{"broken NAR", []string{"info", "--out=info.json", "--object", appPath + "=in/broken.nar"}},
	{"missing file", []string{"layer", "--metadata=layer.json", "--object", appPath + "=@", "file\x000444\x00a\x00in/missing"}},
	{"bad reference", []string{"layer", "--metadata=layer.json", "--reference=x", "--object", appPath + "=in/object.nar"}},
	{"missing time", []string{"layer", "--metadata=layer.json", "--mtime=@in/missing", "--object", appPath + "=in/object.nar"}},
	{"missing parameter file", []string{"layer", "@in/missing"}},
	{"output folder that is missing", []string{"info", "--object", appPath + "=in/object.nar", "--out=missing/info.json"}},
	{"output that is a directory", []string{"info", "--object", appPath + "=in/object.nar", "--out=in"}},
	{"unknown flag", []string{"blob", "--fast"}},
	{"help", []string{"layer", "--help"}},
}

func TestRequestsOfEveryStep(t *testing.T) {
	asked := map[string]bool{}
	for _, test := range workerRequests {
		asked[test.args[0]] = true
	}
	if got, want := slices.Sorted(maps.Keys(asked)), slices.Sorted(slices.Values(perObject)); !slices.Equal(got, want) {
		t.Errorf("requests of the steps %q, but a worker has %q", got, want)
	}
}

// TestWorkerAsProcess: whether strata is started for an action, or is a worker
// with a sandbox or without, the outputs have the same bytes, and the same is
// said, about the same paths.
func TestWorkerAsProcess(t *testing.T) {
	start := t.TempDir()
	t.Chdir(start)
	c := startWorker(t)
	for i, test := range workerRequests {
		t.Run(test.name, func(t *testing.T) {
			sandboxed := filepath.Join("__sandbox", fmt.Sprint(i), "_main")
			want, wantStatus, wantText := "", 0, ""
			for _, way := range []string{"process", "worker", "sandboxed worker"} {
				folder := start
				if way == "sandboxed worker" {
					folder = filepath.Join(start, sandboxed)
				}
				sandbox(t, folder, 100_000)
				var status int
				var text string
				switch way {
				case "process":
					status, text = strata(test.args...)
				case "worker":
					status, text = c.run("", test.args...)
				default:
					status, text = c.run(sandboxed, test.args...)
				}
				outputs := outputsIn(t, folder)
				if way == "process" {
					want, wantStatus, wantText = outputs, status, text
				}
				if status != wantStatus || text != wantText {
					t.Errorf("%s: status %d, %q, want %d, %q", way, status, text, wantStatus, wantText)
				}
				if outputs != want {
					t.Errorf("%s: got %d bytes of outputs, want the %d of the process", way, len(outputs), len(want))
				}
				if (status == 0 && test.name != "help") == (outputs == "") {
					t.Errorf("%s: status %d and %d bytes of outputs", way, status, len(outputs))
				}
			}
		})
	}
	if status, text := c.run("", "plan"); status != 2 || !strings.HasPrefix(text, "strata: unexpected argument plan") {
		t.Errorf("a step that is not of one object: %d, %s", status, text)
	}
	c.end()
}

// outputsIn takes away the outputs of a request, and what was left of them.
func outputsIn(t *testing.T, folder string) string {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range list {
		if e.Name() == "in" || e.Name() == "__sandbox" {
			continue
		}
		name := filepath.Join(folder, e.Name())
		fmt.Fprintf(&all, "%s\n%s\n", e.Name(), readFile(t, name))
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// TestWorkerWithoutSandbox: mapped paths lead nowhere outside of sandboxes, and
// only then is it said.
func TestWorkerWithoutSandbox(t *testing.T) {
	t.Chdir(t.TempDir())
	sandbox(t, ".", 1)
	c := startWorker(t)
	defer c.end()
	const hint = "\nstrata: with --experimental_output_paths=strip a worker needs its own view of the files: add --worker_sandboxing --experimental_worker_multiplex_sandboxing\n"
	args := []string{"info", "--object", onePath + "=bazel-out/cfg/bin/missing.nar", "--out=out"}
	if status, text := c.run("", args...); status != 1 || !strings.HasSuffix(text, hint) {
		t.Errorf("status %d, %q", status, text)
	}
	if status, text := c.run("in", args...); status != 1 || strings.Contains(text, hint) {
		t.Errorf("in a sandbox: status %d, %q", status, text)
	}
	if err := os.MkdirAll("bazel-out/cfg", 0o755); err != nil {
		t.Fatal(err)
	}
	if status, text := c.run("", args...); status != 1 || strings.Contains(text, hint) {
		t.Errorf("where they are: status %d, %q", status, text)
	}
}

// heldRequest is the request of a blob whose manifest is a pipe: it is under way
// until release.
type heldRequest struct {
	t    *testing.T
	pipe string
	in   *os.File
}

// heldAt makes the pipe, in the folder of sandbox.
func heldAt(t *testing.T, pipe string) *heldRequest {
	t.Helper()
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return &heldRequest{t: t, pipe: pipe}
}

// request is the request, whose outputs are held.blob and held.json.
func (h *heldRequest) request(id int32) *protocol.WorkRequest {
	return &protocol.WorkRequest{RequestId: id, Arguments: []string{
		"blob", "--compression=gzip", "--out=held.blob", "--descriptor=held.json", "--object", appPath + "=@" + h.pipe}}
}

// await waits until the request reads the pipe.
func (h *heldRequest) await() {
	h.t.Helper()
	var err error
	// Without waiting it cannot be opened before somebody reads it.
	for begin := time.Now(); ; time.Sleep(time.Millisecond) {
		if h.in, err = os.OpenFile(h.pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			break
		}
		if !errors.Is(err, syscall.ENXIO) || time.Since(begin) > time.Minute {
			h.t.Fatal(err)
		}
	}
	if begun := outputsUnderWay(h.t); len(begun) < 2 {
		h.t.Errorf("under way: %q, want the blob and its descriptor", begun)
	}
}

// release gives the request what it needs to go on.
func (h *heldRequest) release() {
	h.t.Helper()
	if _, err := h.in.WriteString("file\x000444\x00a\x00in/app\n"); err != nil {
		h.t.Error(err)
	}
	if err := h.in.Close(); err != nil {
		h.t.Error(err)
	}
}

// cancelled checks the answer to the request, and that it left nothing behind.
func (h *heldRequest) cancelled(r *protocol.WorkResponse) {
	h.t.Helper()
	if !r.GetWasCancelled() || r.GetExitCode() != 0 || r.GetOutput() != "" {
		h.t.Errorf("got %v, want that it was cancelled", r)
	}
	if made, err := filepath.Glob("held.*"); err != nil || len(made) > 0 {
		h.t.Errorf("made %q, %v", made, err)
	}
	if left := outputsUnderWay(h.t); len(left) > 0 {
		h.t.Errorf("left behind: %q", left)
	}
}

// outputsUnderWay are the files of outputs that are not in their places yet.
func outputsUnderWay(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(".output-*")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestWorkerCancelled: a request that is cancelled while it runs makes nothing.
func TestWorkerCancelled(t *testing.T) {
	t.Chdir(t.TempDir())
	sandbox(t, ".", 100_000)
	c := startWorker(t)
	held := heldAt(t, "in/pipe")
	c.send(held.request(1))
	held.await()
	c.send(&protocol.WorkRequest{RequestId: 1, Cancel: true})
	// When the next request has its answer, the one before is known to be
	// cancelled. This one may wait for its turn, so it is cancelled, too.
	c.send(&protocol.WorkRequest{RequestId: 2, Arguments: []string{"info", "--help"}})
	c.send(&protocol.WorkRequest{RequestId: 2, Cancel: true})
	if r := c.receive(); r.GetRequestId() != 2 {
		t.Errorf("got %v", r)
	}
	held.release()
	held.cancelled(c.receive())
	c.end()
}

// TestWorkerInterrupted: Bazel ends its workers when a build is interrupted.
// Nothing is left half written.
func TestWorkerInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	sandbox(t, ".", 100_000)
	ctx, interrupt := context.WithCancel(t.Context())
	c := startWorkerIn(ctx, t)
	held := heldAt(t, "in/pipe")
	c.send(held.request(1))
	for id := range int32(40) {
		c.send(&protocol.WorkRequest{RequestId: id + 2, Arguments: []string{
			"blob", "--compression=gzip", fmt.Sprint("--out=blob", id), fmt.Sprint("--descriptor=json", id), "--object", appPath + "=in/object.nar"}})
	}
	held.await()
	interrupt()
	held.release()
	if status := <-c.status; status != command.ExitInterrupted || c.stderr.Len() > 0 {
		t.Errorf("status %d: %s", status, c.stderr)
	}
	r := c.receive()
	for r.GetRequestId() != 1 {
		r = c.receive()
	}
	held.cancelled(r)
}

// TestWorkerBadInput: what is no request ends the worker with a message.
func TestWorkerBadInput(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := serve(t.Context(), strings.NewReader(`{"arguments": []}`), &stdout, &stderr)
	if status != 1 || stdout.Len() > 0 || !strings.HasPrefix(stderr.String(), "strata: request 1 is not one of Bazel's worker protocol") {
		t.Errorf("status %d, %q, %q", status, &stdout, &stderr)
	}
	if status := serve(t.Context(), eof{}, &stdout, &stderr); status != 0 || stdout.Len() > 0 {
		t.Errorf("nothing to do: status %d, %q", status, &stdout)
	}
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }
