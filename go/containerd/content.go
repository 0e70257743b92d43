package containerd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/rules-strata/rules_strata/go/progress"
)

// present are those of the digests that containerd has blobs of, in the
// namespace. It takes one request.
func (c *Client) present(ctx context.Context, digests map[string]bool) ([]string, error) {
	if len(digests) == 0 {
		return nil, nil
	}
	var request contentapi.ListContentRequest
	for digest := range digests {
		request.Filters = append(request.Filters, fmt.Sprintf("digest==%q", digest))
	}
	ctx, stop := c.watched(ctx)
	defer stop()
	stream, err := c.content.List(ctx, &request)
	if err != nil {
		return nil, err
	}
	var present []string
	for {
		reply, err := stream.Recv()
		if err == io.EOF {
			return present, nil
		}
		if err != nil {
			return nil, err
		}
		for _, info := range reply.Info {
			present = append(present, info.Digest)
		}
	}
}

// putDocument makes sure that containerd has a document with its labels.
func (c *Client) putDocument(ctx context.Context, d document) error {
	existed, err := c.put(ctx, source{
		ref:    ref(d.digest),
		digest: d.digest,
		size:   int64(len(d.data)),
		labels: d.labels,
		write: func(_ context.Context, w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(d.data))
			return err
		},
		item: progress.New(nil).Begin(d.name, 0),
	})
	if err != nil || !existed || len(d.labels) == 0 {
		return err
	}
	mask := &fieldmaskpb.FieldMask{}
	for label := range d.labels {
		mask.Paths = append(mask.Paths, "labels."+label)
	}
	_, err = c.content.Update(ctx, &contentapi.UpdateRequest{
		Info:       &contentapi.Info{Digest: d.digest, Labels: d.labels},
		UpdateMask: mask,
	})
	return err
}

// ref is the name of a blob while it is sent. It says nothing about the loader,
// so that the next one goes on where one was killed.
func ref(digest string) string { return "strata-" + digest }

// source is a blob, and how to make it.
type source struct {
	ref    string // names the blob while it is sent
	digest string
	size   int64
	labels map[string]string
	write  func(context.Context, io.Writer) error
	item   *progress.Item
}

// maxRestarts is how often a blob is made anew at most.
const maxRestarts = 3

// put makes sure that containerd has a blob, and that the lease of the context
// holds it. It says whether containerd had it before; then it has the labels
// that it had.
func (c *Client) put(ctx context.Context, s source) (existed bool, err error) {
	for restarts := 0; ; restarts++ {
		u := newUpload(c, s)
		err := u.run(ctx)
		u.closeStream()
		s.ref = u.ref
		switch {
		case errors.Is(err, errExists):
			return true, nil
		case restarts == maxRestarts:
			return false, err
		case errors.Is(err, errMoved):
		case hasCode(err, codes.FailedPrecondition):
			// What an earlier loader left of it is not the blob's beginning.
			_, abortErr := c.content.Abort(ctx, &contentapi.AbortRequest{Ref: s.ref})
			if abortErr != nil && !hasCode(abortErr, codes.NotFound) {
				return false, abortErr
			}
		default:
			return false, err
		}
		s.item.Add(-u.counted)
	}
}
