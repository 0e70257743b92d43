// Package realroot runs a script as root of an image, with the image's own
// programs, and gives what it changed as a layer. It needs no privileges, no
// virtual machine and no program of the host, but a Linux that allows user
// namespaces.
//
// The own program, started again, becomes the first process of new user, mount,
// process, IPC, host name and network namespaces. It unpacks the image into a
// tmpfs, whose size is the limit of disk space, and makes that its root; the
// tmpfs is gone with the last process, whatever ends them. There is only one
// user id, so that the same happens in Bazel's sandbox, for an ordinary user
// and for root; package fakeroot gives the script all others.
//
// What the script changed is found by comparing the tree with what it was: a
// file has changed if it is another inode, or if its change time or its
// attributes are others, or if a program could write it through memory. A
// directory has changed if its attributes have. The result is a layer as in the
// OCI image specification, section "Image Layer Filesystem Changeset".
package realroot

import (
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/object"
)

// Megabyte is the unit of disk_size and build_vm_memory_size, in bytes.
const Megabyte = 1 << 20

// The defaults of a Machine, those of dockerTools, in bytes.
const (
	DefaultDiskSize = 1024 * Megabyte
	DefaultMemory   = 512 * Megabyte
)

// Machine is what a script runs on.
type Machine struct {
	// Base are the layers of the image below, the lowest first. There may be
	// none.
	Base []archive.Layer
	// Upper writes the tar of the new layer as it is before the script, which
	// is laid over Base. All its entries are part of the result. It may be nil.
	Upper func(w io.Writer) error
	// Objects are store objects that the script sees, read-only, at their store
	// paths.
	Objects []*object.Object
	// StoreDir is the store directory. What is below it is read-only, and never
	// part of the result.
	StoreDir string
	// Script is the text, and Name the attribute that holds it: messages begin
	// with it.
	Script, Name string
	// Shell is the path of the shell that runs the script. If it is empty, it
	// is /bin/bash or /bin/sh of the image, or else bin/bash or bin/sh of one of
	// the objects.
	Shell string
	// DiskSize limits what the image and all that the script writes may take,
	// in bytes; 0 is DefaultDiskSize. It is in memory, and takes as much as is
	// used; so do the objects, which do not count.
	DiskSize int64
	// Memory limits the memory of all programs together, in bytes; 0 is
	// DefaultMemory. It is looked at many times a second: what is allocated and
	// freed in between is not seen.
	Memory int64
	// Output gets what the script writes to its standard output and error, and
	// warnings. Nil throws it away.
	Output io.Writer
}

// UnavailableError says that this machine cannot run a script as root of an
// image.
type UnavailableError struct {
	Reason string
	Err    error // may be nil
}

func (e *UnavailableError) Error() string {
	s := "real_root = True does not work here: " + e.Reason
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s + ": build on a machine that can (`--strategy=RealRoot=local` runs the script outside the sandbox), " +
		"or leave real_root off, so that the script runs in the built-in interpreter"
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// withDefaults fills in what is 0.
func (m Machine) withDefaults() Machine {
	if m.DiskSize == 0 {
		m.DiskSize = DefaultDiskSize
	}
	if m.Memory == 0 {
		m.Memory = DefaultMemory
	}
	if m.Output == nil {
		m.Output = io.Discard
	}
	return m
}
