// Package script runs the shell scripts that customise an image: bash text,
// interpreted in this process (package bash) over an in-memory file tree
// (package scriptfs), with the commands of package builtin and programs of the
// host that the user asked for. The environment is that of a build of nixpkgs'
// stdenv.
//
// Scripts reach nothing of the host, and what they do depends on nothing but
// the script and the tree.
package script

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/rules-strata/rules_strata/go/script/bash"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Script is one script of an image.
type Script struct {
	// Name is what messages call it: the attribute that holds it.
	Name string
	// Text is bash.
	Text string
	// Privileged scripts are root, as under fakeroot; others are a build's user.
	Privileged bool
}

// Place is where scripts run.
type Place struct {
	FS *scriptfs.FS
	// Dir is the working directory, an absolute path in FS without links.
	Dir string
	// Root is where the image's root is in FS: what names of users are looked
	// up in, and all that the image is made of.
	Root string
	// Scratch is the directory for temporary files.
	Scratch string
	// StoreDir is where the store objects are.
	StoreDir string
	// Tools are programs of the host that scripts may call.
	Tools []Tool
	// Output gets what scripts write to their standard output and error.
	Output io.Writer
}

const (
	// commandDir is the directory that the commands seem to be in.
	commandDir = "/strata/bin"

	defaultUmask = 0o022
	builderUID   = 1000
)

// Run runs a script. Its error names the script, the line and what failed.
func Run(ctx context.Context, s Script, p Place) error {
	m := &machine{script: s, place: p}
	c := m.config(ctx)
	c.Dir, c.Env, c.Name, c.Umask = p.Dir, m.environment(), "bash", defaultUmask
	c.Stdout, c.Stderr = p.Output, p.Output
	c.Options = []string{"errexit"}
	if !s.Privileged {
		c.Options = append(c.Options, "pipefail")
	}
	result, err := bash.Run(s.Text, c)
	if err == nil {
		err = m.Failed()
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", s.Name, err)
	case result.Status != 0:
		return fmt.Errorf("%s: %s: %s failed with exit status %d", s.Name, result.Pos, result.Command, result.Status)
	}
	return nil
}

// machine is what a script runs on. It is the bash.Host of all its shells.
type machine struct {
	script Script
	place  Place
	// err is what ends the script whatever it does.
	err error
}

func (m *machine) clock() time.Time { return m.place.FS.Clock() }

// config is what all shells of the script have in common.
func (m *machine) config(ctx context.Context) bash.Config {
	uid := builderUID
	if m.script.Privileged {
		uid = 0
	}
	return bash.Config{Context: ctx, FS: m.place.FS, UID: uid, Host: m}
}

// environment is what a script sees at its beginning, as in a build of
// nixpkgs' stdenv.
func (m *machine) environment() []string {
	scratch := m.place.Scratch
	return []string{
		"HOME=/homeless-shelter",
		"LC_ALL=C",
		"NIX_BUILD_TOP=" + scratch,
		"NIX_STORE=" + m.place.StoreDir,
		"PATH=" + commandDir,
		"SOURCE_DATE_EPOCH=" + strconv.FormatInt(m.clock().Unix(), 10),
		"TEMP=" + scratch,
		"TEMPDIR=" + scratch,
		"TMP=" + scratch,
		"TMPDIR=" + scratch,
		"TZ=UTC",
	}
}

// Failed is nil, or what ends the script whatever it does.
func (m *machine) Failed() error {
	switch {
	case m.err != nil:
		return m.err
	case m.place.FS.Err() != nil:
		return m.place.FS.Err()
	}
	return m.place.FS.Outside()
}

// fail ends the script.
func (m *machine) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}
