//go:build linux && (amd64 || arm64)

package realroot

import (
	"os"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
)

// The directories above a change.
const (
	rootEntry = "5 0755 0:0 ./"
	srvEntry  = "5 0755 0:0 ./srv/"
	etcEntry  = "5 0755 0:0 ./etc/"
)

// TestScripts runs scripts on an image of the host's programs.
func TestScripts(t *testing.T) {
	base := baseOf(t,
		file("etc/old", "old", 0o644), dir("srv/data", 0o755), file("srv/data/a", "a", 0o644).owned(7, 8),
		file("srv/program", "p", 0o4755).owned(5, 5), dir("srv/group", 0o2775).owned(0, 50),
	)
	for _, test := range []struct {
		name, script, output string
		want                 []string
	}{
		{name: "nothing", script: "true"},
		{
			name: "owners",
			script: `stat -c %u:%g:%a /srv/data/a
				chown 1000:1001 /etc/old
				stat -c %u:%g /etc/old
				ls -nd /etc/old | { read mode links user group rest; echo $user $group; }
				chown -h 9 /bin; stat -c %u /bin; stat -Lc %u /bin`,
			output: "7:8:644\n1000:1001\n1000 1001\n9\n0\n",
			want:   []string{rootEntry, "2 0777 9:0 ./bin -> usr/bin", etcEntry, `0 0644 1000:1001 ./etc/old "old"`},
		},
		{
			name:   "recursively",
			script: "chown -R 4294967294:99 /srv/data; chmod -R a-r /srv/data",
			want:   []string{rootEntry, srvEntry, "5 0311 4294967294:99 ./srv/data/", `0 0200 4294967294:99 ./srv/data/a "a"`},
		},
		{
			name:   "install",
			script: "install -o 12 -g 13 -m 6711 /etc/old /srv/new; install -d -o 1 -g 2 -m 1777 /srv/dir; stat -c %A:%u /srv/new",
			output: "-rws--s--x:12\n",
			want:   []string{rootEntry, srvEntry, "5 1777 1:2 ./srv/dir/", `0 6711 12:13 ./srv/new "old"`},
		},
		{
			name:   "a new owner takes the setuid bit",
			script: "chown 6 /srv/program; stat -c %a /srv/program",
			output: "755\n",
			want:   []string{rootEntry, srvEntry, `0 0755 6:5 ./srv/program "p"`},
		},
		{
			name: "devices",
			script: `mknod -m 640 /srv/disk b 8 17; mknod /srv/null c 1 3; mkfifo /srv/pipe
				test -b /srv/disk; test -c /srv/null; test -p /srv/pipe; stat -c %t:%T:%s /srv/disk
				cp -a /srv/null /srv/copy; tar -C /srv -c disk | tar -C /tmp -x; test -b /tmp/disk; rm /tmp/disk
				echo x > /dev/null; test -c /dev/null; stat -c %u:%g /dev/null`,
			output: "8:11:0\n0:0\n",
			want: []string{
				rootEntry, srvEntry, "3 0644 0:0 ./srv/copy 1,3", "4 0640 0:0 ./srv/disk 8,17", "3 0644 0:0 ./srv/null 1,3", "6 0644 0:0 ./srv/pipe",
			},
		},
		{
			name:   "the group of a directory",
			script: "touch /srv/group/f; mkdir /srv/group/d; touch /srv/group/d/f; stat -c %g /srv/group/d/f; mkfifo /srv/group/p; ln -s x /srv/group/l",
			output: "50\n",
			want: []string{
				rootEntry, srvEntry, "5 2775 0:50 ./srv/group/", "5 2755 0:50 ./srv/group/d/", "0 0644 0:50 ./srv/group/d/f",
				"0 0644 0:50 ./srv/group/f", "2 0777 0:50 ./srv/group/l -> x", "6 0644 0:50 ./srv/group/p",
			},
		},
		{
			name: "an archive with foreign owners",
			script: `mkdir /tmp/x; touch /tmp/x/a; chown 33:44 /tmp/x /tmp/x/a; tar -C /tmp -cf /tmp/x.tar x; rm -r /tmp/x
				tar -C /srv -xpf /tmp/x.tar; rm /tmp/x.tar; stat -c %u:%g /srv/x/a`,
			output: "33:44\n",
			want:   []string{rootEntry, srvEntry, "5 0755 33:44 ./srv/x/", "0 0644 33:44 ./srv/x/a"},
		},
		{
			name:   "the environment",
			script: `ulimit -x unlimited; ulimit -Sn; ulimit -s; ulimit -c; env | sort; umask; pwd; id; uname -n; echo "$0"; cat; tail="$(cat <<< here)"; echo $tail`,
			output: "1024\n8192\n0\nHOME=/root\nLC_ALL=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\nSHLVL=1\n" +
				"SOURCE_DATE_EPOCH=315532800\nTZ=UTC\n_=/usr/sbin/env\n0022\n/\nuid=0 gid=0 groups=0\nlocalhost\n/dev/run_as_root\nhere\n",
		},
		{
			name:   "another root directory",
			script: "cp -a /usr /lib* /srv/data; chown 3 /srv/data/usr; chroot /srv/data /usr/bin/bash -c 'chown 4 /a; stat -c %u /a /usr; stat -c %u / '; stat -c %u /srv/data/a; rm -r /srv/data/usr /srv/data/lib*",
			output: "4\n3\n0\n4\n",
			want:   []string{rootEntry, srvEntry, "5 0755 0:0 ./srv/data/", `0 0644 4:8 ./srv/data/a "a"`},
		},
		{
			name:   "files that come and go",
			script: "for i in $(seq 50); do touch /srv/x; chown $i /srv/x; rm /srv/x; touch /srv/x; stat -c %u /srv/x | grep -v 0 || true; mv /srv/x /srv/y; done; stat -c %u /srv/y",
			output: "0\n",
			want:   []string{rootEntry, srvEntry, "0 0644 0:0 ./srv/y"},
		},
		{
			name:   "what is on other file systems",
			script: "touch /dev/shm/x; chown 5 /dev/shm/x; ! touch /sys/x 2>&1; stat -c %u /proc/self/status",
			output: "touch: cannot touch '/sys/x': Read-only file system\n0\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, Machine{Base: base, Script: test.script}, test.output, test.want...)
		})
	}
}

// withProgram is an image that has the test program too.
func withProgram(t testing.TB, entries ...entry) []archive.Layer {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]entry{}
	addHostFile(t, files, programFile, self)
	for _, e := range files {
		entries = append(entries, e)
	}
	return baseOf(t, entries...)
}

// TestPrograms runs the test program for what shells cannot do.
func TestPrograms(t *testing.T) {
	base := withProgram(t)
	for _, test := range []struct {
		name   string
		output string
		want   []string
	}{
		{
			"attributes",
			`<nil> <nil>
106755 4294967294:70000 0,0
<nil> 100755 4294967294:5 0,0
<nil> 60640 0:0 259,300
<nil> 4294967294 5 1
bad file descriptor bad file descriptor not a directory no such file or directory no such file or directory bad file descriptor
no such file or directory <nil> <nil>
<nil>
3
`,
			[]string{rootEntry, srvEntry, "4 0640 0:0 ./srv/disk 259,300"},
		},
		{
			"identity",
			`0 0 0 0 0 0 [] <nil> 0
<nil> <nil> <nil>
1 2 3 5 6 7 [7 9] <nil> 2
1 2 2 5 6 6 [7 9] <nil> 2
<nil>
operation not permitted operation not permitted operation not permitted chown /srv: operation not permitted operation not permitted
<nil> 1 3 3 5 6 7 [7 9] <nil> 3
<nil> <nil> 1 3 3 5 6 7 [7 9] <nil> 3
<nil> 40700 3:6 0,0
<nil> 100644 3:6 0,0
<nil> chown /srv/mine/f: operation not permitted 100644 3:9 0,0
`,
			[]string{rootEntry, srvEntry, "5 0700 3:6 ./srv/mine/", `0 0644 3:9 ./srv/mine/f "text"`},
		},
		{
			"paths",
			`../f <nil> 11
../l <nil> 11
/srv/link/f <nil> 11
./..//f <nil> 11
/proc/self/cwd/../f <nil> 11
/proc/thread-self/cwd/../f <nil> 11
<nil> 11
<nil> 11
<nil> true
<nil> 11
file name too long
<nil> <nil> 13
<nil> <nil> 100644 14:14 0,0 no such file or directory
<nil> <nil> 100644 14:14 0,0 100644 13:13 0,0
`,
			[]string{
				rootEntry, srvEntry, "5 0755 0:0 ./srv/jail/", "5 0755 0:0 ./srv/jail/srv/", "0 0644 14:14 ./srv/jail/srv/f",
				"2 0777 0:0 ./srv/link -> /srv/p", "5 0755 0:0 ./srv/p/", "0 0644 13:13 ./srv/p/f", "2 0777 0:0 ./srv/p/l -> ../p/f",
				"5 0755 0:0 ./srv/p/q/",
			},
		},
		{
			"creates",
			`100640 20:21 0,0 0 <nil> file exists 100640 20:21 0,0 1 <nil>
100640 20:50 0,0 1 <nil> no such file or directory 20666 0:0 1,3 0 <nil>
<nil> 120777 20:21 0,0 0 <nil> 100640 20:21 0,0
<nil> 42750 20:50 0,0 file exists <nil>
<nil> 10640 20:21 0,0 <nil> 100640 20:21 0,0
true <nil> 100640 20:21 0,0
<nil> 100640 20:21 0,0
`,
			[]string{
				rootEntry, srvEntry, "0 0640 20:21 ./srv/a", "0 0640 20:21 ./srv/dangling", "5 2755 0:50 ./srv/group/", "0 0640 20:50 ./srv/group/b",
				"5 2750 20:50 ./srv/group/dir/", "5 2750 20:50 ./srv/group/dir2/", "0 0640 20:21 ./srv/how", "2 0777 20:21 ./srv/link -> dangling",
				"6 0640 20:21 ./srv/pipe", "0 0640 20:21 ./srv/plain", "0 0640 20:21 ./srv/tmpfile",
			},
		},
		{
			"xattrs",
			`-1 no data available
<nil> <nil> file exists no data available <nil> operation not supported
"security.capability\x00trusted.b\x00user.a\x00" <nil>
1 <nil>
-1 numerical result out of range
<nil> no data available
20 <nil>
<nil> no data available
`,
			[]string{rootEntry, srvEntry, "0 0755 1:0 ./srv/x user.a=41"},
		},
		{
			"privileges",
			`<nil> <nil> <nil> 1000 1000 1000 1000 1000 1000 [] <nil> 1000
operation not permitted operation not permitted
1000 1000 1000 1000 1000 1000 [] <nil> 1000
1000 77 77 1000 88 88 [] <nil> 77
1000 1000 1000 1000 1000 1000 [] <nil> 1000
`,
			[]string{rootEntry, srvEntry, `0 4755 77:88 ./srv/script "#!/bin/program identity\n"`},
		},
		{
			"refusals",
			`function not implemented operation not permitted operation not permitted operation not permitted operation not permitted
<nil> <nil>
open /dev/tty: no such device or address
[lo] true
`,
			nil,
		},
		{"socket", "run_as_root: warning: the socket /srv/socket is left out\n", nil},
		{"daemon", "", []string{rootEntry, "5 1777 0:0 ./tmp/", "0 0600 0:0 ./tmp/daemon"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, Machine{Base: base, Script: "/bin/program " + test.name + " < /dev/null"}, test.output, test.want...)
		})
	}
}

// TestThreads makes many calls at once, with programs that start and end.
func TestThreads(t *testing.T) {
	changes, output, err := runMachine(t, Machine{Base: withProgram(t), Script: "/bin/program threads & /bin/program threads 100; wait"})
	if err != nil {
		t.Fatal(err, output)
	}
	if want := 2 + 2*8*50; len(changes) != want || output != "" {
		t.Errorf("%d changes, want %d: %s\n%s", len(changes), want, output, strings.Join(changes, "\n"))
	}
}
