package builtin

import (
	"regexp"
	"testing"
)

func TestListAgainstGNU(t *testing.T) {
	const setup = `
		mkdir -p d/sub d/.hid o
		write d/a alpha
		write d/B beta
		write d/.dot x
		touch d/sub/deep
		write d/big 'a text that is longer than most of the others'
		truncate -s 12345 d/big
		ln d/a d/hard
		ln -s a d/link
		ln -s sub d/dirlink
		ln -s nowhere d/dangling
		mkfifo d/fifo
		mknod d/dev c 1 5
		mknod d/dev2 b 259 1023
		chmod 4755 d/a
		chmod 1777 d/sub
		chown 5:7 d/B
		chown 54321:1 d/fifo
		touch -d '2020-01-02 03:04' d/a d/B d/big d/.dot d/.hid d/fifo d/dev d/dev2 d/sub/deep
		touch -d '2021-11-22 13:14' d/sub d/B
		touch -d '2019-01-01' d o
	`
	script := setup
	for _, options := range []string{
		"", "-1", "-a", "-A", "-d", "-l", "-la", "-lA", "-ld", "-R", "-lR", "-F", "-p", "-lF", "-lp", "-n", "-lh", "-S", "-r", "-lS",
		"-Rr", "-L", "-H", "-go", "-lG", "-o", "--color=never", "--color=auto", "-N", "--group-directories-first", "--sort=size -l",
		"-l --time-style=long-iso", "--full-time", "-l --time-style=iso", "-1F", "-l1", "-dl", "-aR",
	} {
		script += "ls " + options + " d\n"
	}
	script += `
		ls
		ls d o
		ls o d/a d nosuch d/B
		ls nosuch
		ls -l nosuch d/a
		ls -l d/dev d/a
		ls -l d/dirlink
		ls d/dirlink
		ls d/dirlink/
		ls -l d/dirlink/
		ls -lH d/dirlink
		ls -F d/dirlink
		ls -F d/dangling d/link
		ls -L d/dangling
		ls d/dangling
		ls -d d/dirlink d/sub .
		ls -ld d/dirlink/
		ls -lL d/link
		ls -a d/sub
		ls -R o
		ls d/
		ls -R d/ o
		ls ''
		ls -l d/B
		ls -lh d/big d/a
		ls -1 d/sub o
		rm d/link d/dirlink d/dangling
		ls -t d
		ls -lt d
		ls -ltr d
		ls --sort=time d
		ls -tR d o
	`
	compareWithGNU(t, []testScript{{name: "ls", script: script, shown: blankHost}})
}

// hostColumns are what GNU's output has of the host: the space that a directory occupies, and the sizes of it.
var (
	totalLine  = regexp.MustCompile(`(?m)^total .*$`)
	linkTime   = regexp.MustCompile(`(?m)^(l.*? )(?:[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{5}|(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2} [0-9:.]+(?: \+0000)?) ([a-z/]+ ->)`)
	parentLine = regexp.MustCompile(`(?m)^d.* \.\.?/?$`)
)

// blankHost evens out what differs between file systems.
func blankHost(output string) string {
	output = totalLine.ReplaceAllString(output, "total N")
	output = linkTime.ReplaceAllString(output, "${1}TIME $2")
	return parentLine.ReplaceAllString(output, "d PARENT")
}

func TestHumanSize(t *testing.T) {
	for size, want := range map[int64]string{
		0: "0", 1: "1", 1023: "1023", 1024: "1.0K", 1025: "1.1K", 1126: "1.1K", 1127: "1.2K", 10137: "9.9K", 10138: "10K", 10240: "10K", 10241: "11K",
		1023 * 1024: "1023K", 1023*1024 + 1: "1.0M", 1 << 20: "1.0M", 1<<20 + 1: "1.1M", 1 << 30: "1.0G", 5 << 40: "5.0T", 1<<63 - 1: "8.0E",
	} {
		if got := humanSize(size); got != want {
			t.Errorf("humanSize(%d) = %s, want %s", size, got, want)
		}
	}
}
