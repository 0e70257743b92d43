package remotecache

import (
	"sync"

	"google.golang.org/grpc"
)

// connections are those of gRPC to one server. All requests share one until
// nothing comes by it any more, as when something on the way has forgotten it:
// those that follow get another, since gRPC itself would not notice for long.
type connections struct {
	dial func() (*grpc.ClientConn, error)

	mu  sync.Mutex
	now *connection // nil after one that went silent
}

type connection struct {
	*grpc.ClientConn
	requests int
}

func newConnections(dial func() (*grpc.ClientConn, error)) (*connections, error) {
	c := &connections{dial: dial}
	return c, c.begin()
}

func (c *connections) begin() error {
	conn, err := c.dial()
	if err != nil {
		return err
	}
	c.now = &connection{ClientConn: conn}
	return nil
}

// take is the connection for a request, which gives it back.
func (c *connections) take() (*connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		if err := c.begin(); err != nil {
			return nil, err
		}
	}
	c.now.requests++
	return c.now, nil
}

// give is for a request that has ended. One that went silent ends with its last
// request.
func (c *connections) give(conn *connection, silent bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn.requests--
	if silent && conn == c.now {
		c.now = nil
	}
	if conn == c.now || conn.requests > 0 {
		return nil
	}
	return conn.Close()
}

func (c *connections) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		return nil
	}
	return c.now.Close()
}
