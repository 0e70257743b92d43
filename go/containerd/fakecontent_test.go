package containerd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/rules-strata/rules_strata/go/ocilayout"
)

type fakeBlob struct {
	data   []byte
	labels map[string]string
}

// fakeIngest is a blob that is being sent.
type fakeIngest struct {
	data   []byte
	locked bool
}

// write is a message that sends content.
type write struct {
	*contentapi.WriteContentRequest
	ref string
	// n counts the messages for the blob, over all streams, from 1.
	n int
	// done says that the data was taken; the answer was not sent yet.
	done bool
}

func (f fakeContent) List(r *contentapi.ListContentRequest, s contentapi.Content_ListServer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for digest, b := range f.blobs {
		if slices.Contains(r.Filters, fmt.Sprintf("digest==%q", digest)) {
			if err := s.Send(&contentapi.ListContentResponse{Info: []*contentapi.Info{{Digest: digest, Size: int64(len(b.data))}}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f fakeContent) Update(_ context.Context, r *contentapi.UpdateRequest) (*contentapi.UpdateResponse, error) {
	b := f.blobs[r.Info.Digest]
	if b == nil {
		return nil, status.Error(codes.NotFound, "content: not found")
	}
	for _, path := range r.UpdateMask.Paths {
		label, ok := strings.CutPrefix(path, "labels.")
		if !ok {
			return nil, status.Errorf(codes.InvalidArgument, "cannot update %s", path)
		}
		b.labels[label] = r.Info.Labels[label]
	}
	return &contentapi.UpdateResponse{}, nil
}

func (f fakeContent) Abort(_ context.Context, r *contentapi.AbortRequest) (*emptypb.Empty, error) {
	if f.ingests[r.Ref] == nil {
		return nil, status.Error(codes.NotFound, "ingest: not found")
	}
	delete(f.ingests, r.Ref)
	return &emptypb.Empty{}, nil
}

func (f fakeContent) Write(s contentapi.Content_WriteServer) error {
	var ref string
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if i := f.ingests[ref]; i != nil {
			i.locked = false
		}
	}()
	for n := 1; ; n++ {
		r, err := s.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n == 1 {
			if err := f.lock(r); err != nil {
				return err
			}
			ref = r.Ref
		}
		reply, err := f.take(write{WriteContentRequest: r, ref: ref, n: n})
		if err != nil {
			return err
		}
		if err := s.Send(reply); err != nil {
			return err
		}
	}
}

// lock opens or begins the ingest that a stream is about.
func (f *fake) lock(r *contentapi.WriteContentRequest) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.blobs[r.Expected] != nil {
		return status.Errorf(codes.AlreadyExists, "content %s: already exists", r.Expected)
	}
	i := f.ingests[r.Ref]
	if i == nil {
		i = &fakeIngest{}
		f.ingests[r.Ref] = i
	}
	if i.locked {
		return status.Errorf(codes.Unavailable, "ref %s locked for 1s: unavailable", r.Ref)
	}
	i.locked = true
	return nil
}

func (f *fake) take(w write) (*contentapi.WriteContentResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(w.Data) > 4<<20 {
		f.t.Errorf("a message of %d bytes", len(w.Data))
	}
	if f.failWrite != nil {
		if err := f.failWrite(w); err != nil {
			return nil, err
		}
	}
	i := f.ingests[w.ref]
	if w.Action != contentapi.WriteAction_STAT {
		if w.Offset > 0 && w.Offset != int64(len(i.data)) {
			return nil, status.Errorf(codes.OutOfRange, "write at %d, at %d", w.Offset, len(i.data))
		}
		i.data = append(i.data[:w.Offset:w.Offset], w.Data...)
		f.received += int64(len(w.Data))
	}
	reply := &contentapi.WriteContentResponse{Action: w.Action, Offset: int64(len(i.data))}
	if w.Action == contentapi.WriteAction_COMMIT {
		if f.blobs[w.Expected] != nil {
			return nil, status.Errorf(codes.AlreadyExists, "content %s: already exists", w.Expected)
		}
		reply.Digest = ocilayout.Digest(i.data)
		if reply.Digest != w.Expected || int64(len(i.data)) != w.Total {
			return nil, status.Errorf(codes.FailedPrecondition, "unexpected commit digest %s, expected %s: failed precondition", reply.Digest, w.Expected)
		}
		labels := map[string]string{}
		maps.Copy(labels, w.Labels)
		f.blobs[w.Expected] = &fakeBlob{i.data, labels}
		delete(f.ingests, w.ref)
	}
	if f.failWrite != nil {
		w.done = true
		if err := f.failWrite(w); err != nil {
			return nil, err
		}
	}
	return reply, nil
}
