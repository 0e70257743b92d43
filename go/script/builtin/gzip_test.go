package builtin

import (
	"strings"
	"testing"
)

func TestGzipAgainstGNU(t *testing.T) {
	compareWithGNU(t, []testScript{{name: "gzip", script: `
		mkdir -p d/sub
		write d/a hello
		chmod 640 d/a
		chown 12:13 d/a
		touch -d @1700000000 d/a
		write d/sub/b world
		ln -s a d/l
		gzip d/a
		stat -c '%a %u:%g %Y' d/a.gz
		gzip d/a.gz
		zcat d/a.gz
		gunzip d/a.gz
		stat -c '%a %u:%g %Y' d/a
		gzip -k -9 d/a
		gzip d/a
		gzip d/l
		gzip d
		gzip nosuch
		gunzip -f d/a
		gzip -d d/a
		gunzip nosuch
		write d/x.gz text
		gunzip d/x.gz
		zcat d/x.gz
		gzip -rn d/sub
		gzip -dr d/sub
		ln d/a d/hard
		gzip d/a
		gzip -cd nosuch.gz d/x.gz
		gzip -t d/x.gz
		rm d/hard
		gzip -S .zip d/a
		gzip -dS .zip d/a.zip
		write d/u u
		gzip -q d/u
		mv d/u.gz d/u.odd
		gunzip d/u.odd
		gunzip -c d/u.odd
		mv d/u.odd d/u.tgz
		gunzip d/u.tgz
		gzip -c d/nosuch
		rm d/a.gz
	`}})
}

// TestGzipStreams checks what the bytes depend on, and streams of several members or with junk after them.
func TestGzipStreams(t *testing.T) {
	c := newTestContext(t)
	run := func(stdin string, args ...string) (int, string, string) {
		c.Stdin = strings.NewReader(stdin)
		return runLine(t, c, args...)
	}
	_, one, _ := run("hello ", "gzip", "-c")
	_, again, _ := run("hello ", "gzip")
	_, two, _ := run("world", "gzip", "-1")
	if one != again || one[:10] != "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" {
		t.Errorf("a stream is %q and %q", one, again)
	}
	if status, out, stderr := run(one+two, "zcat"); status != 0 || out != "hello world" {
		t.Errorf("two members: %d %q %q", status, out, stderr)
	}
	if status, _, stderr := run(one+"junk junk junk junk", "gunzip"); status != 1 || !strings.Contains(stderr, "something else than gzip") {
		t.Errorf("junk: %d %q", status, stderr)
	}
	if status, _, stderr := run(one[:len(one)-3], "gunzip"); status != 1 || stderr == "" {
		t.Errorf("cut: %d %q", status, stderr)
	}
	writeFile(t, c.FS, "/tmp/w/r/f", "text")
	if status, out, _ := run("", "gzip", "-c",
		"f"); status != 0 || !strings.HasPrefix(out[10:], "f\x00") || out[3] != 8 || out[4:8] == "\x00\x00\x00\x00" {
		t.Errorf("a file's name and time are not stored: %q", out)
	}
	if status, out, _ := run("", "gzip", "-nc", "f"); status != 0 || out[3] != 0 || out[4:8] != "\x00\x00\x00\x00" {
		t.Errorf("-n stores something: %q", out)
	}
	if status, _, stderr := run("", "gzip", "-l", "f"); status != 1 || !strings.Contains(stderr, "unrecognised option '-l'") {
		t.Errorf("-l: %d %q", status, stderr)
	}
}
