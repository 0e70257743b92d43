package rootfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// The descriptors that the init process gets beside its standard streams.
const (
	instructionsFD = 3 // it reads a stream of instructions
	reportFD       = 4 // it writes one report
)

// instruction is a message to the init process: the first says what to run, the
// others send signals. Strings that need not be UTF-8 are bytes.
type instruction struct {
	Run    *command       `json:",omitempty"`
	Signal syscall.Signal `json:",omitempty"`
}

// command is a Spec with all that it needs.
type command struct {
	Dir            []byte // the root folder
	Args, Env      [][]byte
	WorkingDir     []byte
	User           string
	Hostname       string
	PrivateNetwork bool
}

// report is what the init process says when the command runs, or cannot run.
type report struct {
	Started   bool
	Message   string // of the error
	ExitCode  int    // of the error
	Forbidden bool   // whether the kernel refuses namespaces
}

// failure is an error of the init process on its way to the caller.
type failure struct {
	exitCode  int
	forbidden bool
	err       error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// reportOf turns an error into a report.
func reportOf(err error) report {
	r := report{Message: err.Error(), ExitCode: ExitNotStarted}
	var f *failure
	if errors.As(err, &f) {
		r.ExitCode, r.Forbidden = f.exitCode, f.forbidden
	}
	return r
}

// readReport reads the report, and returns what it says as an error, which is a
// *failure, or nil.
func readReport(r io.Reader) error {
	var rep report
	if err := json.NewDecoder(r).Decode(&rep); err != nil {
		return &failure{exitCode: ExitNotStarted, err: fmt.Errorf("the init process ended before the command started: %w", err)}
	}
	if rep.Started {
		return nil
	}
	return &failure{exitCode: rep.ExitCode, forbidden: rep.Forbidden, err: errors.New(rep.Message)}
}

func toBytes(list []string) [][]byte {
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = []byte(s)
	}
	return out
}

func toStrings(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = string(b)
	}
	return out
}
