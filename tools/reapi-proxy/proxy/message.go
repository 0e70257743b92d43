package proxy

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// message is one message of a call, not decoded.
type message struct{ data mem.BufferSlice }

// replace puts a function's result in the message's place.
func (m *message) replace(change func([]byte) []byte) {
	changed := change(m.data.Materialize())
	m.data.Free()
	m.data = mem.BufferSlice{mem.SliceBuffer(changed)}
}

// rawCodec reads and writes messages as they are. It goes by the name of
// protocol buffers, which is what they are to both sides.
type rawCodec struct{}

// Marshal hands the message's bytes over: a message is sent once.
func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(*message)
	if !ok {
		return nil, fmt.Errorf("reapi-proxy: cannot send %T", v)
	}
	data := m.data
	m.data = nil
	return data, nil
}

// Unmarshal keeps the bytes, which are the caller's otherwise.
func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*message)
	if !ok {
		return fmt.Errorf("reapi-proxy: cannot receive %T", v)
	}
	data.Ref()
	m.data = data
	return nil
}

// Name is the content type that both sides speak.
func (rawCodec) Name() string { return "proto" }
