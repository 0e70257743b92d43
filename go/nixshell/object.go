package nixshell

import (
	"io"
	"path"

	"github.com/rules-strata/rules_strata/go/nar"
)

// WriteObject writes the store object of the shell's files as a NAR.
func (s *Shell) WriteObject(w io.Writer) error {
	out := nar.NewWriter(w)
	// The writer keeps its first error until Close.
	_ = out.WriteHeader(nar.Entry{Type: nar.Directory})
	last := "."
	for _, file := range s.Files {
		if dir := path.Dir(file.Path); dir != last {
			last = dir
			if dir != "." {
				_ = out.WriteHeader(nar.Entry{Path: dir, Type: nar.Directory})
			}
		}
		if file.Target != "" {
			_ = out.WriteHeader(nar.Entry{Path: file.Path, Type: nar.Symlink, Target: file.Target})
			continue
		}
		_ = out.WriteHeader(nar.Entry{Path: file.Path, Type: nar.Regular, Executable: file.Executable, Size: int64(len(file.Content))})
		_, _ = io.WriteString(out, file.Content)
	}
	return out.Close()
}
