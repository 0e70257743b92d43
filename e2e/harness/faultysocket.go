package harness

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
)

// Fault is what goes wrong on a FaultySocket.
type Fault struct {
	Kind FaultKind
	// After is how many bytes of an upload the server gets before.
	After int64
	// OfAnswer has After count the bytes that the client gets as an answer, and
	// what it asks for afterwards on the same connection, instead.
	OfAnswer bool
	// Times is how many connections it happens to; to all of them when 0.
	Times int
	// Then is called when it happens, before anybody notices, if set.
	Then func()
}

// FaultKind is how a connection ends.
type FaultKind int

// What can happen to a connection.
const (
	// Cut closes it, to both sides.
	Cut FaultKind = iota
	// Stall leaves it open, and nothing goes through any more.
	Stall
	// Refuse answers with the HTTP status 500, and closes it to the server.
	Refuse
)

// RefuseMessage is the message of a server that refuses.
const RefuseMessage = "the socket of the tests refuses"

// refusal is an answer as Docker and Podman give it.
const refusal = "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nLibpod-Api-Version: 5.0.0\r\nConnection: close\r\n\r\n" +
	`{"message":"` + RefuseMessage + `"}`

// FaultySocket is a socket before that of a real server: all bytes go through
// it, both ways, but when a fault is set.
type FaultySocket struct {
	// Path is its path.
	Path           string
	server, upload string

	mu       sync.Mutex
	fault    *Fault
	happened int
	uploaded int64
	lifted   chan struct{} // closed when the fault is lifted
}

// FaultyBefore starts a socket before that of a server, which ends with the
// test. An upload is what a client sends on a connection from the text upload
// on, such as the path of a request; all that it sends if that is empty.
func FaultyBefore(t testing.TB, server, upload string) *FaultySocket {
	t.Helper()
	s := &FaultySocket{Path: filepath.Join(TempDir(t), "s"), server: server, upload: upload, lifted: make(chan struct{})}
	listener, err := net.Listen("unix", s.Path)
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { s.serve(client) })
		}
	})
	t.Cleanup(func() {
		s.Set(nil)
		_ = listener.Close()
		connections.Wait()
	})
	return s
}

// Set has a fault happen from now on, or none. What stalls ends.
func (s *FaultySocket) Set(fault *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.lifted)
	s.fault, s.happened, s.uploaded, s.lifted = fault, 0, 0, make(chan struct{})
}

// Happened is how often the fault happened, and how many bytes of uploads the
// server got, since Set.
func (s *FaultySocket) Happened() (times int, uploaded int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.happened, s.uploaded
}

// faultyConnection is one connection of a client with the server.
type faultyConnection struct {
	socket         *FaultySocket
	client, server net.Conn

	mu sync.Mutex
	// seen is the end of what the client sent before its upload began.
	seen      []byte
	uploading bool
	// passed are the bytes of the upload, or of the answer, that went through.
	passed  [2]int64
	endOnce sync.Once
	ended   chan struct{} // closed when a fault has happened
}

// The directions of passed.
const (
	toServer = iota
	toClient
)

func (s *FaultySocket) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", s.server)
	if err != nil {
		return
	}
	defer server.Close()
	c := &faultyConnection{socket: s, client: client, server: server, uploading: s.upload == "", ended: make(chan struct{})}
	var directions sync.WaitGroup
	directions.Go(func() { c.pump(server, client, toServer) })
	directions.Go(func() { c.pump(client, server, toClient) })
	directions.Wait()
}

// pump takes bytes in one direction until there are no more.
func (c *faultyConnection) pump(to, from net.Conn, direction int) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		through, fault := c.admit(buffer[:n], direction)
		select {
		case <-c.ended:
			return
		default:
		}
		if _, err := to.Write(buffer[:through]); err != nil {
			// The other direction may have more to say, and is heard by who is
			// not kept waiting here.
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if fault != nil {
			c.end(fault)
			return
		}
		if err != nil {
			closeWrite(to)
			return
		}
	}
}

// admit says how much of the data goes through, and what happens then.
func (c *faultyConnection) admit(data []byte, direction int) (through int, fault *happening) {
	c.mu.Lock()
	defer c.mu.Unlock()
	counted := data
	if !c.uploading && direction == toServer {
		c.seen = append(c.seen, data...)
		at := bytes.Index(c.seen, []byte(c.socket.upload))
		if at < 0 {
			c.seen = c.seen[max(0, len(c.seen)-len(c.socket.upload)):]
			return len(data), nil
		}
		c.uploading = true
		counted = data[max(0, len(data)-len(c.seen)+at):]
	}
	if !c.uploading {
		return len(data), nil
	}
	admitted, fault := c.socket.admit(c.passed[direction], int64(len(counted)), direction)
	c.passed[direction] += admitted
	return len(data) - len(counted) + int(admitted), fault
}

// admit says how many of n bytes go through after others, and what happens then.
func (s *FaultySocket) admit(passed, n int64, direction int) (admitted int64, fault *happening) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fault
	if f != nil && n > 0 && f.OfAnswer == (direction == toClient) && passed+n > f.After && (f.Times == 0 || s.happened < f.Times) {
		s.happened++
		n, fault = max(0, f.After-passed), &happening{f, s.lifted}
	}
	if direction == toServer {
		s.uploaded += n
	}
	return n, fault
}

// happening is a fault at work.
type happening struct {
	*Fault
	lifted <-chan struct{}
}

// end does to the connection what the fault says.
func (c *faultyConnection) end(fault *happening) {
	if fault.Then != nil {
		fault.Then()
	}
	c.endOnce.Do(func() { close(c.ended) })
	switch fault.Kind {
	case Stall:
		<-fault.lifted
	case Refuse:
		_ = c.server.Close()
		_, _ = io.WriteString(c.client, refusal)
		closeWrite(c.client)
		_, _ = io.Copy(io.Discard, c.client)
	}
	_ = c.client.Close()
	_ = c.server.Close()
}

func closeWrite(conn net.Conn) {
	if half, ok := conn.(*net.UnixConn); ok {
		_ = half.CloseWrite()
	}
}
