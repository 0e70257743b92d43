package builtin

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// readLine reads the next line of the inputs into the pattern space; false at their end.
func (s *sed) readLine() bool {
	s.pattern = s.pattern[:0]
	return s.appendLine()
}

// appendLine reads the next line behind what the pattern space holds.
func (s *sed) appendLine() bool {
	for s.fatal == nil {
		if s.input == nil && !s.nextFile() {
			return false
		}
		line, ended, err := s.input.next()
		if err == nil {
			s.pattern = append(s.pattern, line...)
			s.ended = ended
			s.number++
			s.replaced = false
			return true
		}
		if err != io.EOF {
			s.fatal = fmt.Errorf("read error on %s: %s", s.current, reason(err))
		}
		if err := s.closeInput(); err != nil {
			s.fatal = err
		}
	}
	return false
}

// nextFile opens the next input that can be read.
func (s *sed) nextFile() bool {
	for len(s.names) > 0 && s.fatal == nil {
		name := s.names[0]
		s.names = s.names[1:]
		s.current = name
		if s.inPlace {
			if !s.beginEdit(name) {
				continue
			}
		} else {
			r, err := s.open(name)
			if err != nil {
				s.status = s.Fail(sedBadInput, "can't read %s: %s", name, reason(err))
				continue
			}
			s.input, s.source = newLineReader(r, s.end), r
		}
		if s.separate {
			s.number = 0
			s.hold = nil
			s.resetRanges()
			s.closeReaders()
		}
		return true
	}
	return false
}

// isLast reports whether no line follows: in this file with -s and -i, else in any.
func (s *sed) isLast() bool {
	if s.input != nil && !s.input.atEnd() {
		return false
	}
	if s.separate {
		return true
	}
	for len(s.names) > 0 {
		r, err := s.open(s.names[0])
		if err == nil {
			if s.names[0] == "-" {
				return false
			}
			_, err = io.ReadFull(r, make([]byte, 1))
			r.Close()
		}
		if err == nil {
			return false
		}
		if err != io.EOF {
			s.status = s.Fail(sedBadInput, "can't read %s: %s", s.names[0], reason(err))
		}
		s.names = s.names[1:]
	}
	return true
}

// sedEdit is a file that -i edits: the new one is written beside it.
type sedEdit struct {
	name, temporary string
	info            scriptfs.Info
	file            io.Closer
	standard        *sedOutput
}

// beginEdit opens a file to be edited in its place.
func (s *sed) beginEdit(name string) bool {
	info, err := s.FS.Stat(s.Path(name))
	if err != nil {
		s.status = s.Fail(sedBadInput, "can't read %s: %s", name, reason(err))
		return false
	}
	if info.Type != scriptfs.Regular {
		s.fatal = fmt.Errorf("couldn't edit %s: not a regular file", name)
		return false
	}
	e := &sedEdit{name: s.Path(name), info: info, standard: s.out}
	if s.follow {
		if e.name, err = s.FS.Realpath(e.name); err != nil {
			s.fatal = fmt.Errorf("couldn't follow symlink %s: %s", name, reason(err))
			return false
		}
	}
	r, err := s.FS.Open(e.name)
	if err != nil {
		s.fatal = fmt.Errorf("can't read %s: %s", name, reason(err))
		return false
	}
	var file scriptfs.File
	for n := 0; ; n++ {
		e.temporary = fmt.Sprintf("%s/sed%06d", path.Dir(e.name), n)
		if file, err = s.FS.OpenFile(e.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil || !errors.Is(err, syscall.EEXIST) {
			break
		}
	}
	if err != nil {
		r.Close()
		s.fatal = fmt.Errorf("couldn't open temporary file %s: %s", e.temporary, reason(err))
		return false
	}
	e.file = file
	s.edit, s.input, s.source = e, newLineReader(r, s.end), r
	s.out = &sedOutput{w: (&Context{Stdout: file}).newOutput(), end: s.end}
	return true
}

// closeInput ends the current input; an edited file takes its place.
func (s *sed) closeInput() error {
	if s.input == nil {
		return nil
	}
	s.source.Close()
	s.input, s.source = nil, nil
	if s.edit == nil {
		return nil
	}
	e := s.edit
	err := s.out.w.Flush()
	s.edit, s.out = nil, e.standard
	e.file.Close()
	if err == nil {
		err = s.replace(e)
	}
	if err != nil {
		s.FS.Remove(e.temporary)
		return fmt.Errorf("couldn't edit %s: %s", e.name, reason(err))
	}
	return nil
}

// replace puts the new file, with the owner and mode of the old one, in its place; the old one is kept when there is a suffix.
func (s *sed) replace(e *sedEdit) error {
	if err := s.FS.Chown(e.temporary, e.info.UID, e.info.GID); err != nil {
		return err
	}
	if err := s.FS.Chmod(e.temporary, e.info.Mode); err != nil {
		return err
	}
	if s.suffix != "" {
		if err := s.FS.Rename(e.name, backupName(e.name, s.suffix)); err != nil {
			return err
		}
	}
	return s.FS.Rename(e.temporary, e.name)
}

// backupName is the name that -i keeps the old file by: "*" in the suffix stands for its name; a suffix without one is put behind it.
func backupName(file, suffix string) string {
	dir, base := path.Split(file)
	if !strings.Contains(suffix, "*") {
		return file + suffix
	}
	backup := strings.ReplaceAll(suffix, "*", base)
	if strings.Contains(backup, "/") {
		return path.Join(dir, backup)
	}
	return dir + backup
}
