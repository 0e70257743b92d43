package script

import (
	"io/fs"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// fileInfo is a file of the tree as the interpreter wants it.
type fileInfo struct{ info scriptfs.Info }

func (i fileInfo) Name() string               { return i.info.Name }
func (i fileInfo) Size() int64                { return i.info.Size }
func (i fileInfo) ModTime() time.Time         { return i.info.MTime }
func (i fileInfo) IsDir() bool                { return i.info.Type == scriptfs.Directory }
func (i fileInfo) Sys() any                   { return nil }
func (i fileInfo) Type() fs.FileMode          { return i.Mode().Type() }
func (i fileInfo) Info() (fs.FileInfo, error) { return i, nil }

func (i fileInfo) Mode() fs.FileMode {
	mode := fs.FileMode(i.info.Mode & 0o777)
	for bit, flag := range map[uint32]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if i.info.Mode&bit != 0 {
			mode |= flag
		}
	}
	switch i.info.Type {
	case scriptfs.Directory:
		mode |= fs.ModeDir
	case scriptfs.Symlink:
		mode |= fs.ModeSymlink
	case scriptfs.CharDevice:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case scriptfs.BlockDevice:
		mode |= fs.ModeDevice
	case scriptfs.FIFO:
		mode |= fs.ModeNamedPipe
	}
	return mode
}
