package containerd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// VersionError says that containerd does not have what this client needs.
type VersionError struct {
	// Host is its address.
	Host string
	// Reason is containerd's own message.
	Reason string
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("containerd at %s is too old: %s: upgrade it to 1.6 or newer", e.Host, e.Reason)
}

// APIError is containerd's refusal of one request.
type APIError struct {
	Code codes.Code
	// Message is containerd's own.
	Message string
}

func (e *APIError) Error() string {
	if strings.Contains(e.Message, noSpace) {
		return e.Message + ": make room on the disk that has containerd's root folder (ctr content prune references), and load again"
	}
	if e.Code == codes.Unavailable && !strings.Contains(e.Message, lockedRef) {
		return e.Message + ": containerd, or the connection with it, went away: load again when it runs"
	}
	return e.Message
}

// noSpace is part of the message of a system call that finds the disk full.
const noSpace = "no space left on device"

// GRPCStatus is the status that the request failed with.
func (e *APIError) GRPCStatus() *status.Status { return status.New(e.Code, e.Message) }

// explain turns an error of a request into one of the types above.
func (c *Client) explain(ctx context.Context, err error) error {
	s, ok := status.FromError(err)
	if err == nil || !ok {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch s.Code() {
	case codes.Unimplemented:
		return &VersionError{Host: c.at.String(), Reason: s.Message()}
	case codes.Unavailable:
		if refused := c.refused(ctx); refused != nil {
			return refused
		}
	}
	return &APIError{Code: s.Code(), Message: s.Message()}
}

// refused says why no connection can be made, if none can.
func (c *Client) refused(ctx context.Context) error {
	conn, err := c.at.DialContext(ctx)
	if err == nil {
		_ = conn.Close()
	}
	return err
}

func hasCode(err error, code codes.Code) bool { return err != nil && status.Code(err) == code }

// passing says whether what failed may well succeed when it is tried again.
func passing(err error) bool {
	var stopped *endpoint.NotRunningError
	var stuck *stuckError
	if errors.As(err, &stuck) {
		return false
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.Internal, codes.Aborted:
		return true
	}
	return errors.As(err, &stopped)
}
