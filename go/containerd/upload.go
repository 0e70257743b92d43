package containerd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	"google.golang.org/grpc/codes"
)

const (
	// chunkSize is how much of a blob one message carries, in bytes: far below
	// the 16 MiB that containerd takes, so that several blobs can be in flight.
	chunkSize = 1 << 20
	// maxTries is how often a message is sent at most.
	maxTries = 6
)

var (
	// errExists says that containerd has the blob.
	errExists = errors.New("the blob is there")
	// errMoved says that containerd has another part of the blob than it was
	// sent: the blob has to be made anew.
	errMoved = errors.New("what containerd has of it changes by itself: another program sends the same blob: load again")
)

// upload sends a blob to containerd's content store, through one stream of
// messages after another if need be.
type upload struct {
	client *Client
	source
	ctx context.Context

	stream contentapi.Content_WriteClient // nil: none is open
	stop   context.CancelCauseFunc        // ends the stream

	have    int64  // what containerd has of the blob, in bytes
	skip    int64  // what it had of it before and does not get, less what was made of that
	chunk   []byte // what comes after that, not sent yet
	counted int64  // bytes that the progress was told of
}

func newUpload(c *Client, s source) *upload { return &upload{client: c, source: s} }

// run sends what containerd lacks of the blob.
func (u *upload) run(ctx context.Context) error {
	u.ctx = ctx
	err := u.persist(func() (err error) { u.have, err = u.begin(); return err })
	if err != nil {
		return err
	}
	if u.have > u.size {
		return u.truncate()
	}
	u.skip = u.have
	if u.have < u.size {
		u.chunk = make([]byte, 0, min(chunkSize, u.size-u.have))
		if err := u.write(ctx, u); err != nil {
			return err
		}
	}
	return u.persist(func() error { return u.send(contentapi.WriteAction_COMMIT) })
}

// Write takes the next bytes of the blob.
func (u *upload) Write(p []byte) (int, error) {
	n := len(p)
	had := min(u.skip, int64(n))
	u.skip -= had
	for p = p[had:]; len(p) > 0; {
		// The last chunk travels with the commit.
		if len(u.chunk) == cap(u.chunk) {
			if err := u.persist(func() error { return u.send(contentapi.WriteAction_WRITE) }); err != nil {
				return 0, err
			}
		}
		fits := min(len(p), cap(u.chunk)-len(u.chunk))
		u.chunk = append(u.chunk, p[:fits]...)
		p = p[fits:]
	}
	return n, u.ctx.Err()
}

// persist tries again what fails for a reason that may pass.
func (u *upload) persist(try func() error) error {
	pause := u.client.pause
	for tries := 1; ; tries++ {
		err := try()
		switch {
		case err == nil || err == errExists || err == errMoved:
			return err
		case hasCode(err, codes.AlreadyExists):
			return errExists
		case !passing(err):
			return err
		case tries == maxTries && isLocked(err) && u.ref == ref(u.digest):
			// Another program sends the same blob, slowly. Whoever comes first
			// makes it known, and the other one is told then.
			u.ref += "-" + rand.Text()
			if u.have > 0 {
				return errMoved
			}
			tries = 0
		case tries >= maxTries:
			return err
		}
		u.closeStream()
		select {
		case <-u.ctx.Done():
			return u.ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, maxPause)
	}
}

// isLocked says whether another stream sends a blob under the same name. That
// may be one that broke, until containerd notices.
func isLocked(err error) bool {
	return hasCode(err, codes.Unavailable) && strings.Contains(err.Error(), lockedRef)
}

// lockedRef is part of the message then.
const lockedRef = "locked"

// begin opens a stream and finds out how much containerd has of the blob.
func (u *upload) begin() (have int64, err error) {
	if err := u.openStream(); err != nil {
		return 0, err
	}
	reply, err := u.exchange(&contentapi.WriteContentRequest{
		Action: contentapi.WriteAction_STAT, Ref: u.ref, Total: u.size, Expected: u.digest,
	})
	return reply.GetOffset(), err
}

// send sends the chunk, after a stream broke through another one.
func (u *upload) send(action contentapi.WriteAction) error {
	if u.stream == nil {
		have, err := u.begin()
		if err != nil {
			return err
		}
		switch have {
		case u.have:
		case u.have + int64(len(u.chunk)):
			u.sent()
		default:
			return errMoved
		}
	}
	if action == contentapi.WriteAction_WRITE && len(u.chunk) == 0 {
		return nil
	}
	reply, err := u.exchange(&contentapi.WriteContentRequest{
		Action: action, Ref: u.ref, Total: u.size, Expected: u.digest,
		Offset: u.have, Data: u.chunk, Labels: u.labels,
	})
	if err != nil {
		return err
	}
	if have := u.have + int64(len(u.chunk)); action == contentapi.WriteAction_WRITE && reply.Offset != have {
		return fmt.Errorf("containerd has %d bytes of it after %d were sent", reply.Offset, have)
	}
	if action == contentapi.WriteAction_COMMIT && reply.Digest != u.digest {
		return fmt.Errorf("containerd took it for %s, want %s", reply.Digest, u.digest)
	}
	u.sent()
	return nil
}

// sent notes that containerd has got the chunk.
func (u *upload) sent() {
	n := int64(len(u.chunk))
	u.have += n
	u.counted += n
	u.item.Add(n)
	u.chunk = u.chunk[:0]
}

// truncate has containerd forget what it has of the blob: it is too much.
func (u *upload) truncate() error {
	u.closeStream()
	_, err := u.client.content.Abort(u.ctx, &contentapi.AbortRequest{Ref: u.ref})
	if err != nil && !hasCode(err, codes.NotFound) {
		return err
	}
	return errMoved
}

func (u *upload) openStream() error {
	u.closeStream()
	ctx, stop := context.WithCancelCause(u.ctx)
	stream, err := u.client.content.Write(ctx)
	if err != nil {
		stop(nil)
		return err
	}
	u.stream, u.stop = stream, stop
	return nil
}

func (u *upload) closeStream() {
	if u.stream == nil {
		return
	}
	u.stop(nil)
	u.stream, u.stop = nil, nil
}

// exchange sends a message and waits for the answer. What comes with a commit
// may take any time: containerd has the disk write all of the blob then.
func (u *upload) exchange(request *contentapi.WriteContentRequest) (*contentapi.WriteContentResponse, error) {
	limit := u.client.maxStalls
	if request.Action == contentapi.WriteAction_COMMIT {
		limit = forEver
	}
	defer u.client.watch(u.ctx, u.stop, limit)()
	if err := u.stream.Send(request); err != nil && err != io.EOF {
		return nil, err
	}
	// A stream that is at its end says why when it is read.
	return u.stream.Recv()
}
