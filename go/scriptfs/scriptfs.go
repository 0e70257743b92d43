// Package scriptfs is the file system that customisation scripts see: a tree
// in memory with the rules of a Linux file system as root sees it, following
// POSIX.1-2017 (path resolution, links, directories) and Linux's manual pages
// where POSIX leaves a choice.
//
// Nothing of the host is in it. Names are bytes, times are those of a fixed
// clock unless a script sets them, owners, devices and extended attributes are
// only recorded, so that no privilege is needed. There are no permission
// checks. Contents are kept in memory while they are few, then in a temporary
// file without a name; contents of store objects are read from the objects
// when somebody reads them, and copies share them.
package scriptfs

import (
	"sync"
	"time"
)

// Type is the kind of a file.
type Type uint8

// The kinds of files.
const (
	Regular Type = iota + 1
	Directory
	Symlink
	CharDevice
	BlockDevice
	FIFO
)

// String is the kind's name in messages, as stat(1) gives it.
func (t Type) String() string {
	switch t {
	case Regular:
		return "regular file"
	case Directory:
		return "directory"
	case Symlink:
		return "symbolic link"
	case CharDevice:
		return "character special file"
	case BlockDevice:
		return "block special file"
	case FIFO:
		return "fifo"
	}
	return "unknown file"
}

const (
	// MaxName is the largest number of bytes in a name.
	MaxName = 255
	// MaxPath is the largest number of bytes in a path or a link's text.
	MaxPath = 4095
	// maxLinks is how many symlinks are followed in one path.
	maxLinks = 40
	// permissions are the bits that a mode can have.
	permissions = 0o7777
)

// Info describes a file.
type Info struct {
	// Name is the last name of the path that was asked for.
	Name string
	// Ino is equal for two names of one file only.
	Ino  uint64
	Type Type
	// Mode holds the permission bits, setuid, setgid and sticky: 12 bits.
	Mode     uint32
	UID, GID int64
	// Size is a regular file's or a symlink text's number of bytes.
	Size int64
	// Nlink is the number of names of a file; for a directory 2 and one for
	// each directory in it.
	Nlink int
	// Major and Minor are a device's numbers.
	Major, Minor int64
	// Target is a symlink's text.
	Target string
	MTime  time.Time
	// ReadOnly says that nobody can change the file.
	ReadOnly bool
}

// FS is a file system, or a part of one that cannot be left: a view that
// Chroot made. Its methods can be used by several goroutines at once. Their
// errors are *fs.PathError or *os.LinkError around a syscall.Errno.
type FS struct {
	*state
	root *node
}

// state is what all views of a file system share.
type state struct {
	mu    sync.Mutex
	clock time.Time
	// mounts are the directories that were mounted, some of them no more.
	mounts []*node
	// inodes counts the files ever made.
	inodes uint64
	arena  arena
	// err is the first failure that is no script's fault.
	err error
	// fakeroot says that owners and modes of read-only files can be noted.
	fakeroot bool
	// outside is the first path that a script used outside of a closed root.
	outside string
	// remedy is what the error for it says to use instead.
	remedy string
	// absent are names in a closed root that everybody knows not to be there.
	absent []string
	space  space
	// under is what a view was laid over, or nil.
	under *underlay
}

// New returns a file system with nothing but "/", which belongs to 0:0 and has
// mode 0755. All files get clock as their time.
func New(clock time.Time) *FS {
	f := &FS{state: &state{clock: clock}}
	f.root = f.newNode(Directory, 0o755)
	f.root.parent = f.root
	return f
}

// Clock is the time that new files get.
func (f *FS) Clock() time.Time { return f.clock }

// Err is the first failure that is no script's fault: a store object that
// cannot be read, a full disk. Scripts see such failures as EIO and may ignore
// them; whoever runs them must not.
func (f *FS) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Close frees what the file system holds on the host: its temporary file and
// the store objects that were opened.
func (f *FS) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.arena.close()
}
