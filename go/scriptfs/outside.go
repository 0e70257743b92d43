package scriptfs

import (
	"cmp"
	"fmt"
	"syscall"
)

// outsideError is what a path gives that leads out of what a script may use.
// To programs it is EACCES.
type outsideError struct{ path, remedy string }

func (e *outsideError) Error() string {
	return fmt.Sprintf("%s is outside of the image's tree: give a path relative to it, or use %s", e.path, e.remedy)
}

func (e *outsideError) Unwrap() error { return syscall.EACCES }

// leads notes that a path leads outside, and is the error for it.
func (f *FS) leads(path string) error {
	if f.outside == "" {
		f.outside = path
	}
	return f.outsideError(path)
}

// CloseRoot makes every name in "/" that is not there an error that says that
// it is outside of the image's tree, and so is the list of names; likewise in
// directories that are only there as parents of what was mounted. Outside
// tells of it. The names in absent are only not there: nobody expects them.
func (f *FS) CloseRoot(absent ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.root.close()
	f.absent = absent
}

// close closes a directory and the bare ones in it.
func (dir *node) close() {
	dir.flags |= closed
	for _, n := range dir.children {
		if n.has(bare) {
			n.close()
		}
	}
}

// Outside is nil, or the error for the first path outside of the image's tree
// that somebody used. Scripts may ignore the failure; whoever runs them must
// not, as a real build's host could have that file.
func (f *FS) Outside() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.outside == "" {
		return nil
	}
	return f.outsideError(f.outside)
}

func (f *FS) outsideError(path string) error {
	return &outsideError{path, cmp.Or(f.remedy, "fake_root_commands with enable_fakechroot = True")}
}

// OutsideRemedy sets what errors for paths outside of the image's tree say to
// use instead: fake_root_commands with enable_fakechroot, unless this is set.
func (f *FS) OutsideRemedy(attribute string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remedy = attribute
}
