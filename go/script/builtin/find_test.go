package builtin

import (
	"strings"
	"testing"
)

// findSetup makes a tree with every type of file; all directories have one member at most where the order of GNU's output matters.
const findSetup = `
	mkdir -p t/sub/deep t/empty t/.hidden
	write t/a alpha
	write t/B.txt beta
	write t/sub/deep/c.txt gamma
	write t/sub/x.c 'int x;'
	touch t/.hidden/none
	ln t/a t/sub/hard
	ln -s a t/link
	ln -s sub t/dirlink
	ln -s nowhere t/dangling
	ln -s loop t/loop
	ln -s .. t/sub/up
	mkfifo t/fifo
	chmod 6755 t/a
	chmod 600 t/B.txt
	chmod 1777 t/empty
	chown 5:7 t/sub t/sub/x.c
	chown 54321:54322 t/fifo
	truncate -s 3000 t/sub/deep/big
	touch -d @5 t/sub/x.c
	touch -d '2020-01-02 03:04:05.25' t/B.txt
`

const linkLoop = "find -xtype fails for a link that leads to itself"

func TestFindAgainstGNU(t *testing.T) {
	compareWithGNU(t, []testScript{
		{name: "tests", unsorted: true, leftOut: map[string]string{"find t -xtype l": linkLoop, "find t -xtype d": linkLoop}, script: findSetup + `
			find
			find t
			find t/
			find t/sub/ t/a nosuch
			find . -maxdepth 1
			find t -mindepth 2
			find t -mindepth 1 -maxdepth 1
			find t -maxdepth 0
			find t -depth
			find t -name '*.txt'
			find t -name 'b.TXT'
			find t -iname 'b.TXT'
			find t -name '[ab]'
			find t -name '[!a-z]*'
			find t -name '.*'
			find t -name '*i*'
			find t -name '?'
			find t -name 'li\nk'
			find t -name '[[:upper:]]*'
			find t -path 't/sub/*'
			find t -path '*/deep/*' -o -name a
			find t -ipath 'T/SUB'
			find t -wholename t/a
			find t -type f
			find t -type d
			find t -type l
			find t -type p
			find t -type c
			find t -type b
			find t -type s
			find t -type f,l
			find t -xtype l
			find t -xtype d
			find t -lname '*o*'
			find t -perm 600
			find t -perm -600
			find t -perm /6000
			find t -perm -u+s
			find t -perm /u+s,g+s
			find t -perm -1000
			find t -perm u=rw
			find t -perm /222 -type f
			find t -perm -g=x -type f
			find t -perm 0
			find t -user root -name a
			find t -user 5
			find t -user games
			find t -uid 5
			find t -uid +4
			find t -uid -5 -name a
			find t -gid 7
			find t -group lp
			find t -group 7
			find t -nouser
			find t -nogroup
			find t -empty
			find t -empty -type d
			find t -size 0
			find t -size 1 -type f
			find t -size -2 -type f
			find t -size +5 -type f
			find t -size 6 -type f
			find t -size 5c -type f
			find t -size +4c -size -7c -type f
			find t -size 3k -type f
			find t -size -1M -type f
			find t -size 1M -type f
			find t -links 2 -type f
			find t -links +1 -type f
			find t -newer t/sub/x.c -name '*.txt'
			find t -newermt 2020-01-01 -name B.txt
			find t -newermt 2020-01-03 -name B.txt
			find t -samefile t/a
			find t -true -false
			find t -executable -type f
			find t ! -name '*a*' -type f
			find t -not -type d -a ! -type f
			find t \( -name a -o -name B.txt \) -type f
			find t -name a , -name B.txt
			find t -name a -print , -name B.txt -print
			find t -type f -name a -o -type d -name sub
			find t -regex '.*/[ab]'
			find t -regex 't/\(a\|B\).*'
			find t -regex '.*t+'
			find t -regextype posix-extended -regex '.*/(a|B.txt|x{1})'
			find t -regextype posix-basic -regex '.*\.tx*t'
			find t -iregex '.*b\.TXT'
			find t -regex 'sub'
			find -L t
			find -H t/dirlink
			find -P t/dirlink
			find t/dirlink
			find t/dirlink/
			find -L t -type l
			find -L t -name '*.c'
			find t -follow -type f -name c.txt
			find -H t/dangling
			find -L t/dangling
			find -L t/loop
			find '' -name x
			find -- t -name a
			find t -noleaf -xdev -mount -name a
		`},
		{name: "actions", unsorted: true, script: findSetup + `
			find t -name a -print -print
			find t -name 'B*.txt' -print0
			find t -name sub -prune -o -print
			find t -path t/sub -prune -o -type f -print
			find t -name sub -prune
			find t -depth -name sub -prune -o -name c.txt -print
			find t -name a -quit
			find t -maxdepth 0 -print -quit
			find t -name a -exec basename {} \;
			find t -name a -exec basename x{}y{} \;
			find t -type f -exec test -s {} \; -print
			find t -type f ! -exec test -s {} \; -print
			find t -name '*.c' -exec basename -a {} +
			find t -name '*.txt' -exec basename -a {} + -print
			find t -name 'x.c' -execdir basename -a {} \;
			find t -name 'x.c' -execdir pwd \;
			find t -name 'x.c' -execdir readlink -f {} +
			find t -maxdepth 0 -execdir basename {} \;
			find t -name a -exec false {} + -print
			find t -name a -exec chmod 700 {} +
			find t -type d -exec chmod 750 {} \;
			find t -name deep -delete
			find t -name big -delete
			find t -path '*deep*' -delete
			find t/dirlink -delete
			find t -name a -delete -print
			find t -type l -delete
			find t -name a -o -delete
			find nosuch -delete
			mkdir -p u/v/w
			find u -delete
			find . -depth -name t -prune -o -name nothing -delete
			mkdir e
			find e/. -delete
		`},
		{name: "printf", unsorted: true, script: findSetup + `
			find t -printf '%p|%f|%h|%P|%H|%d\n'
			find t/ t/a ./t/sub/ . -maxdepth 1 -name '*a*' -printf '%p|%f|%h|%P|%H|%d\n'
			find t/ ./t/sub/// / -maxdepth 0 -printf '%p|%f|%h|%P|%H|%d\n'
			find t -printf '%m|%#m|%M|%u|%g|%U|%G|%y|%Y|%l|%n %p\n'
			find t -type f -printf '%s %10s|%-10s|%010s %5m|%05m %-20p|%20f|\n'
			find t -name B.txt -printf '%T@ %t\n'
			find t -name x.c -printf '%T@ %t\n'
			find t -name a -printf 'a\tb\\c\101\x%%\n'
			find t -name a -printf 'abc\cdef\n'
			find t -name a -printf '%.1p %.3s\n'
			find -L t -name 'd*' -printf '%y%Y %p %l\n'
			find t -name a -printf '%f\0' -printf '\n'
			find t -name a -printf ''
		`},
	})
}

func TestFindErrors(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"find . -nope", "unknown predicate '-nope': these are supported: -delete -depth"},
		{"find . -ctime 1", "unknown predicate '-ctime'"},
		{"find . -ok rm {} ;", "unknown predicate '-ok'"},
		{"find . -name", "missing argument to '-name'"},
		{"find . -name a x", "paths must precede expression: 'x'"},
		{"find . ( -name a", "')'"},
		{"find . -name a )", "too many ')'"},
		{"find . -o -name a", "nothing before it"},
		{"find . -name a -o", "nothing after it"},
		{"find . -exec ls {}", "missing argument to '-exec'"},
		{"find . -exec ;", "invalid argument ';' to '-exec'"},
		{"find . -exec a {} b {} +", "only one instance of {}"},
		{"find . -name x -prune -o -delete", "-prune does nothing"},
		{"find . -printf %Z", "'%Z' is not supported"},
		{"find . -printf 100%", "the format ends with %"},
		{"find . -regextype awk", "these are supported: findutils-default"},
		{"find . -maxdepth -1", "a positive decimal integer is expected"},
		{"find . -perm +111", "invalid mode"},
		{"find . -type z", "types are b, c, d, f, l, p and s"},
		{"find . -perm z", "invalid mode"},
		{"find . -user nosuch", "not the name of a known user"},
		{"find . -group nosuch", "not the name of a known group"},
		{"find . -size x", "-size 'x': invalid number"},
		{"find . -newer nosuch", "-newer 'nosuch': No such file or directory"},
		{"find . -L", "unknown predicate '-L'"},
		{"find . -regex a\\(", "-regex"},
	} {
		t.Run(test.line, func(t *testing.T) {
			status, _, stderr := runLine(t, newTestContext(t), strings.Fields(test.line)...)
			if status != 1 || !strings.Contains(stderr, test.want) {
				t.Errorf("status %d, error %q, want one with %q", status, stderr, test.want)
			}
		})
	}
}
