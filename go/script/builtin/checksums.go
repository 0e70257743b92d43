package builtin

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// digester is one of the commands that print or check digests.
type digester struct {
	name string // in lines of the style of BSD
	make func() hash.Hash
}

// runSum returns the command for a digest.
func (d digester) run(c *Context) int {
	o, err := parseOptions(c.Args, "b,binary", "t,text", "c,check", "tag", "z,zero", "quiet", "status", "w,warn", "strict", "ignore-missing")
	if err != nil {
		return c.usage(err)
	}
	if o.has("c") {
		return d.check(c, o)
	}
	out := c.newOutput()
	status := inputs{Context: c, names: o.args}.each(func(name string, r io.Reader) error {
		sum, err := d.sum(r)
		if err != nil {
			return err
		}
		mark := " "
		if o.last("b", "t") == "b" {
			mark = "*"
		}
		shown, escaped := name, ""
		if !o.has("z") && strings.ContainsAny(name, "\\\n\r") {
			shown, escaped = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name), `\`
		}
		if o.has("tag") {
			fmt.Fprintf(out, "%s%s (%s) = %s", escaped, d.name, shown, sum)
		} else {
			fmt.Fprintf(out, "%s%s %s%s", escaped, sum, mark, shown)
		}
		return out.WriteByte(lineEnd(o.has("z")))
	})
	return c.finish(out, status)
}

func (d digester) sum(r io.Reader) (string, error) {
	h := d.make()
	_, err := io.Copy(h, readerOnly{r})
	return hex.EncodeToString(h.Sum(nil)), err
}

// check compares files with the digests in lists of them.
func (d digester) check(c *Context, o *options) int {
	out := c.newOutput()
	failed := 0
	status := inputs{Context: c, names: o.args}.each(func(list string, r io.Reader) error {
		t := digestTally{}
		lines := newLineReader(r, '\n')
		for {
			line, _, err := lines.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			d.checkLine(c, o, out, strings.TrimSuffix(string(line), "\r"), &t)
		}
		failed = max(failed, t.report(c, o, list))
		return nil
	})
	return c.finish(out, max(status, failed))
}

// digestTally counts the lines of a list.
type digestTally struct{ good, bad, different, unreadable, skipped int }

// checkLine checks one line of a list.
func (d digester) checkLine(c *Context, o *options, out output, line string, t *digestTally) {
	if line == "" || line[0] == '#' {
		return
	}
	want, name, ok := d.parseLine(line)
	if !ok {
		t.bad++
		return
	}
	got := ""
	r, err := c.open(name)
	if err == nil {
		got, err = d.sum(r)
		r.Close()
	}
	verdict := "OK"
	switch {
	case err != nil && o.has("ignore-missing") && notExist(err):
		t.skipped++
		return
	case err != nil:
		c.Errorf("%s: %s", name, reason(err))
		t.unreadable++
		verdict = "FAILED open or read"
	case got != strings.ToLower(want):
		t.different++
		verdict = "FAILED"
	default:
		t.good++
	}
	if !o.has("status") && (verdict != "OK" || !o.has("quiet")) {
		fmt.Fprintf(out, "%s: %s\n", name, verdict)
	}
}

// parseLine reads "DIGEST  NAME", "DIGEST *NAME" or "SHA256 (NAME) = DIGEST".
func (d digester) parseLine(line string) (digest, name string, ok bool) {
	line, escaped := strings.CutPrefix(line, `\`)
	size := 2 * d.make().Size()
	if rest, tagged := strings.CutPrefix(line, d.name+" ("); tagged {
		if i := strings.LastIndex(rest, ") = "); i >= 0 {
			name, digest = rest[:i], rest[i+4:]
		}
	} else if len(line) > size+2 && line[size] == ' ' && (line[size+1] == ' ' || line[size+1] == '*') {
		digest, name = line[:size], line[size+2:]
	}
	if _, err := hex.DecodeString(digest); err != nil || len(digest) != size {
		return "", "", false
	}
	if escaped {
		name = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r").Replace(name)
	}
	return digest, name, true
}

// report writes the warnings about a list and returns the exit status.
func (t *digestTally) report(c *Context, o *options, list string) int {
	if t.good+t.different+t.unreadable+t.skipped == 0 {
		return c.Fail(1, "%s: no properly formatted checksum lines found", list)
	}
	if !o.has("status") {
		warn := func(n int, one, many string) {
			if n == 1 {
				c.Errorf("WARNING: 1 %s", one)
			} else if n > 1 {
				c.Errorf("WARNING: %d %s", n, many)
			}
		}
		warn(t.bad, "line is improperly formatted", "lines are improperly formatted")
		warn(t.unreadable, "listed file could not be read", "listed files could not be read")
		warn(t.different, "computed checksum did NOT match", "computed checksums did NOT match")
		if o.has("ignore-missing") && t.good+t.different == 0 {
			c.Errorf("%s: no file was verified", list)
		}
	}
	if t.different+t.unreadable > 0 || o.has("strict") && t.bad > 0 || o.has("ignore-missing") && t.good+t.different == 0 {
		return 1
	}
	return 0
}

var (
	md5Digester    = digester{"MD5", md5.New}
	sha1Digester   = digester{"SHA1", sha1.New}
	sha256Digester = digester{"SHA256", sha256.New}
	sha512Digester = digester{"SHA512", sha512.New}
)
