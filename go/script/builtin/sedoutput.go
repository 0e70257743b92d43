package builtin

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// sedOutput is a file that sed writes to.
type sedOutput struct {
	w       output
	end     byte
	missing bool // the last line was not ended, as in the input; it is when something follows
	file    io.Closer
}

// begin ends the line before.
func (o *sedOutput) begin() {
	if o.missing {
		o.w.WriteByte(o.end)
		o.missing = false
	}
}

// line writes a line, ended or not.
func (o *sedOutput) line(line []byte, ended bool) {
	o.begin()
	o.w.Write(line)
	if ended {
		o.w.WriteByte(o.end)
	}
	o.missing = !ended
}

// openFiles makes the files that the script writes, whether or not it comes to it.
func (s *sed) openFiles() error {
	for _, c := range s.commands {
		name := c.file
		if c.subst != nil {
			name = c.subst.file
		} else if c.name != 'w' && c.name != 'W' {
			continue
		}
		if name == "" || s.files[name] != nil {
			continue
		}
		file, err := s.FS.OpenFile(s.Path(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666&^s.Umask)
		if err != nil {
			return fmt.Errorf("couldn't open file %s: %s", name, reason(err))
		}
		s.files[name] = &sedOutput{w: (&Context{Stdout: file}).newOutput(), end: s.end, file: file}
	}
	return nil
}

func (s *sed) closeFiles() {
	for name, o := range s.files {
		if name != "/dev/stdout" {
			o.w.Flush()
		}
		if o.file != nil {
			o.file.Close()
		}
	}
	s.closeReaders()
}

// closeReaders makes R begin anew.
func (s *sed) closeReaders() {
	for _, r := range s.readers {
		if r.source != nil {
			r.source.Close()
		}
	}
	s.readers = nil
}

// flushFiles makes what w wrote visible to those who read the files.
func (s *sed) flushFiles() {
	for name, o := range s.files {
		if name != "/dev/stdout" {
			o.w.Flush()
		}
	}
}

// writeAppends writes what a, r and R left for the end of the cycle.
func (s *sed) writeAppends() {
	for _, a := range s.appends {
		s.out.begin()
		if !a.isFile {
			s.out.w.Write(a.text)
			continue
		}
		s.flushFiles()
		r, err := s.open(sedInputName(a.file))
		if err != nil {
			continue // as if it were empty
		}
		s.out.w.copyFrom(r) // what can be read of it
		r.Close()
	}
	s.appends = s.appends[:0]
}

// sedInputName maps the name that r has for standard input.
func sedInputName(name string) string {
	if name == "/dev/stdin" {
		return "-"
	}
	return name
}

// appendFromFile leaves the next line of a file for the end of the cycle: the command R.
func (s *sed) appendFromFile(name string) {
	reader, ok := s.readers[name]
	if !ok {
		if s.readers == nil {
			s.readers = map[string]*sedReader{}
		}
		reader = &sedReader{}
		if r, err := s.open(sedInputName(name)); err == nil {
			reader.lineReader, reader.source = newLineReader(r, s.end), r
		}
		s.readers[name] = reader
	}
	if reader.lineReader == nil {
		return
	}
	if line, ended, err := reader.next(); err == nil {
		text := bytes.Clone(line)
		if ended {
			text = append(text, s.end)
		}
		s.appends = append(s.appends, sedAppend{text: text})
	}
}

// sedReader is a file that R reads; without lineReader there is none.
type sedReader struct {
	*lineReader
	source io.Closer
}
