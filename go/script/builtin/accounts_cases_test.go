package builtin

// File sets that the cases begin with.
var (
	// shadowSetup is what dockerTools' shadowSetup makes.
	shadowSetup = map[string]string{
		"etc/passwd":     "root:x:0:0::/root:/bin/bash\n",
		"etc/shadow":     "root:!x:::::::\n",
		"etc/group":      "root:x:0:\n",
		"etc/gshadow":    "root:x::\n",
		"etc/login.defs": "",
		"bin/bash":       "",
	}
	// fakeNss is an image with dockerTools' fakeNss, copied.
	fakeNss = map[string]string{
		"etc/passwd": "root:x:0:0:root user:/var/empty:/bin/sh\nnobody:x:65534:65534:nobody:/var/empty:/bin/sh\n",
		"etc/group":  "root:x:0:\nnobody:x:65534:\n",
	}
	// debian is like a Debian image.
	debian = map[string]string{
		"etc/passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n" +
			"mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n" +
			"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
		"etc/shadow": "root:*:19700:0:99999:7:::\ndaemon:*:19700:0:99999:7:::\nmail:*:19700:0:99999:7:::\n_apt:!:19700::::::\n" +
			"nobody:*:19700:0:99999:7:::\n",
		"etc/group":   "root:x:0:\ndaemon:x:1:\nmail:x:8:\nsudo:x:27:\nshadow:x:42:\nusers:x:100:\nnogroup:x:65534:\n",
		"etc/gshadow": "root:*::\ndaemon:*::\nmail:*::\nsudo:*::\nshadow:*::\nusers:*::\nnogroup:*::\n",
		"etc/subuid":  "",
		"etc/subgid":  "",
		"etc/login.defs": "# a comment\nMAIL_DIR /var/mail\nUID_MIN\t\t\t 1000\nUID_MAX\t\t60000\n#SYS_UID_MIN\t\t  101\nGID_MIN 1000\nGID_MAX 60000\n" +
			"HOME_MODE\t0700\nUMASK 022\nPASS_MAX_DAYS\t99999\nPASS_MIN_DAYS\t0\nPASS_WARN_AGE\t7\nSUB_UID_MIN 100000\nSUB_UID_MAX 600100000\n" +
			"SUB_UID_COUNT 65536\nSUB_GID_MIN 100000\nSUB_GID_MAX 600100000\nSUB_GID_COUNT 65536\nUSERGROUPS_ENAB yes\nENCRYPT_METHOD YESCRYPT\n",
		"etc/default/useradd":   "# defaults\nSHELL=/bin/sh\n",
		"etc/skel/.bashrc":      "alias ll='ls -l'\n",
		"etc/skel/bin/x":        "#!/bin/sh\n",
		"etc/skel/.link->":      "/etc/skel/.bashrc",
		"var/mail/.placeholder": "",
	}
)

// with adds files to a set.
func with(base map[string]string, more ...string) map[string]string {
	files := map[string]string{}
	for name, text := range base {
		files[name] = text
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return files
}

// fileModes are the modes of the files that the sets have, 0644 where not listed.
var fileModes = map[string]uint32{"etc/shadow": 0o640, "etc/gshadow": 0o600, "etc/skel/bin/x": 0o750, "bin/bash": 0o755}

// accountCase is one image and the commands that are run in it, one a line,
// with fields split at blanks ("_" stands for a blank after -c, <TEXT for
// the standard input).
type accountCase struct {
	name     string
	files    map[string]string
	commands []string
}

var accountCases = []accountCase{
	{"manual of dockerTools", shadowSetup, []string{"groupadd -r hello", "useradd -r -g hello hello"}},
	{"no group in empty login.defs", shadowSetup, []string{"useradd alice", "useradd bob"}},
	{"own group with -U", shadowSetup, []string{"useradd -U alice", "useradd -U -r daemon1"}},
	{"home with -m, no skel", shadowSetup, []string{"useradd -m -U alice", "useradd -m -d /srv/a/b -s /bin/bash bob"}},
	{"system accounts go down", shadowSetup, []string{"useradd -r -U one", "useradd -r -U two", "groupadd -r three",
		"useradd -r -U four"}},
	{"normal accounts go up", shadowSetup, []string{"groupadd one", "useradd -U two", "groupadd three", "useradd -U four"}},
	{"given ids", shadowSetup, []string{"groupadd -g 5000 g", "useradd -u 4000 -g 5000 u", "useradd -U next", "groupadd next2",
		"useradd -u 200 -N -r s", "useradd -r s2"}},
	{"id reused from the highest", shadowSetup, []string{"useradd -u 60000 -N last", "useradd -N wraps", "groupadd -g 60000 last",
		"groupadd wraps"}},
	{"system id at the lowest", shadowSetup, []string{"useradd -u 101 -N -r last", "useradd -N -r wraps", "groupadd -g 101 last",
		"groupadd -r wraps"}},
	{"names in use", shadowSetup, []string{"useradd alice", "useradd alice", "groupadd g", "groupadd g", "groupadd -f g",
		"useradd -U g"}},
	{"ids in use", shadowSetup, []string{"useradd -u 0 r2", "useradd -o -u 0 r2", "groupadd -g 0 r2", "groupadd -o -g 0 r2",
		"groupadd -f -g 0 r3"}},
	{"bad arguments", shadowSetup, []string{"useradd -g none a", "useradd -G none,root a", "useradd -u x a", "useradd -u -5 a",
		"useradd -d rel a",
		"useradd -s rel a", "useradd -c a:b a", "useradd -e never a", "useradd -f x a", "useradd -o a", "useradd -U -g root a",
		"useradd -m -M a",
		"useradd -k /x a", "useradd", "useradd a b", "useradd -K X a", "useradd -K NO_SUCH=1 a", "groupadd -g x g", "groupadd",
		"groupadd -o g"}},
	{"bad names", shadowSetup, []string{"useradd -x", "useradd 123", "useradd a:b", "useradd A.b-c_d$", "useradd .", "groupadd 1",
		"groupadd a+b",
		"groupadd abcdefghijklmnopqrstuvwxyzabcdefg", "useradd --badname a+b", "useradd ä"}},
	{"K overrides", shadowSetup, []string{"useradd -K UID_MIN=5000 -K UID_MAX=5001 a", "useradd -K UID_MIN=5000 -K UID_MAX=5001 b",
		"useradd -K UID_MIN=5000 -K UID_MAX=5001 c", "groupadd -K GID_MIN=7000 g",
		"groupadd -r -K SYS_GID_MIN=500 -K SYS_GID_MAX=510 s", "useradd -m -K UMASK=077 -K HOME_MODE=0711 -N h",
		"useradd -m -K UMASK=027 -N i", "useradd -K UID_MIN=9 -K UID_MAX=8 z", "useradd -K USERGROUPS_ENAB=yes u"}},
	{"all fields", shadowSetup, []string{"groupadd staff", "groupadd wheel",
		"useradd -c Alice_B -d /a -s /bin/bash -g staff -G wheel,root -u 1234 -e 2030-01-02 -f 30 -p $6$abc alice",
		"useradd -e 20000 b", "useradd -e -1 c", "useradd -p * d", "useradd -G staff -N e", "useradd -b /people -N f"}},
	{"fakeNss without shadow", fakeNss, []string{"useradd alice", "useradd -p hash -U bob", "groupadd g", "groupadd -p hash h",
		"useradd -e 2030-01-01 c", "useradd -f 3 d",
		"usermod -e 2030-01-01 bob", "usermod -L bob", "usermod -U bob", "passwd -l bob", "passwd -d bob", "chpasswd -e <bob:newhash",
		"gpasswd -a alice g", "gpasswd -A alice g",
		"gpasswd -R g", "gpasswd -r g", "userdel alice", "groupdel h"}},
	{"debian image", debian, []string{"useradd -m alice", "useradd -r -s /usr/sbin/nologin svc", "groupadd -r grp",
		"groupadd --gid 2000 grp2", "useradd --create-home --shell /bin/bash --groups sudo,grp2 bob",
		"useradd --system --no-create-home --home-dir /nonexistent --gid nogroup s3", "useradd -m -M x", "useradd -N none"}},
	{"debian ids far apart", with(debian, "etc/passwd",
		"root:x:0:0::/root:/bin/sh\nhigh:x:59999:1::/:/bin/sh\nsys:x:500:500::/:/bin/sh\nsys2:x:998:998::/:/bin/sh\n"),
		[]string{"useradd a", "useradd b", "useradd c", "useradd -r d", "useradd -r e"}},
	{"group id follows user id", with(debian, "etc/group", "root:x:0:\ntaken:x:1000:\nusers:x:100:\n"), []string{"useradd a",
		"useradd b", "useradd -r c", "groupadd -g 998 t", "useradd -r d"}},
	{"home exists", with(debian, "home/alice/file", "x"), []string{"useradd -m alice"}},
	{"mail spool", with(debian, "etc/default/useradd",
		"CREATE_MAIL_SPOOL=yes\nGROUP=daemon\nHOME=/people\nSHELL=/bin/zsh\nSKEL=/etc/skel/bin\nINACTIVE=5\nEXPIRE=2031-02-03\n"),
		[]string{"useradd -m alice", "useradd -N bob", "useradd -r sys", "usermod -l ally alice", "usermod -u 3000 ally",
			"userdel -r ally"}},
	{"default group unknown", with(debian, "etc/default/useradd", "GROUP=nope\nGROUPS=sudo,users\n"), []string{"useradd -N bob",
		"useradd -G mail eve"}},
	{"create home by login.defs", with(shadowSetup, "etc/login.defs",
		"CREATE_HOME yes\nUSERGROUPS_ENAB\tyes\nUMASK 077\n"), []string{"useradd a", "useradd -r b", "useradd -M c"}},
	{"skel of another place", with(debian, "opt/skel/f", "f", "opt/skel/d/g", "g"), []string{"useradd -m -k /opt/skel a",
		"useradd -m -k /missing b"}},
	{"subordinate ids", with(debian, "etc/subuid", "x:165536:65536\n# comment\nw:100000:65536\n", "etc/subgid", "z:231072:65536\n"),
		[]string{"useradd a", "useradd b", "useradd -r c", "useradd -r -F d", "useradd -u 500 e", "useradd -u 1500 f", "userdel a"}},
	{"NIS and comment lines", with(shadowSetup, "etc/passwd", "# accounts\nroot:x:0:0::/root:/bin/bash\n\nbroken\n+::::::\n",
		"etc/group", "root:x:0:\n+:::\n-x\n"),
		[]string{"useradd -U a", "groupadd g", "groupmod -n h g", "usermod -l b a"}},
	{"usermod", debian, []string{"useradd -m alice", "groupadd g1", "groupadd g2", "usermod -aG g1,g2 alice", "usermod -G g1 alice",
		"usermod -a -G g1 alice", "usermod -rG g1 alice",
		"usermod -c New_Comment -s /bin/bash alice", "usermod -d /srv/alice/ alice", "usermod -d /home/al -m alice",
		"usermod -e 2040-01-01 -f 10 alice", "usermod -p HASH alice", "usermod -L alice",
		"usermod -L alice", "usermod -U alice", "usermod -l ally alice", "usermod -g users ally", "usermod ally",
		"usermod -s /bin/bash ally"}},
	{"usermod uid and gid of files", debian, []string{"useradd -m alice", "usermod -u 2000 -d /home/alice alice",
		"groupmod -g 3000 alice", "usermod -g 1 alice", "usermod -m -d /home/moved -u 2001 alice"}},
	{"usermod without entries", with(debian, "etc/shadow", "root:*:19700:0:99999:7:::\n"), []string{"usermod -p HASH daemon",
		"usermod -e 2030-01-01 mail", "usermod -L _apt", "chpasswd -e <nobody:abc"}},
	{"usermod errors", debian, []string{"usermod -s /bin/sh nobody2", "usermod", "usermod -u 0 mail", "usermod -o -u 0 mail",
		"usermod -l root daemon", "usermod -a daemon", "usermod -r daemon",
		"usermod -L -U daemon", "usermod -m daemon", "usermod -d rel daemon", "usermod -g none daemon", "usermod -G none daemon",
		"usermod -U _apt", "usermod -l a:b daemon", "usermod daemon"}},
	{"rename keeps memberships", with(debian, "etc/group", "root:x:0:\nsudo:x:27:zoe,alice,bob\nalice:x:1000:\n", "etc/gshadow",
		"root:*::\nsudo:*:alice:zoe,alice,bob\nalice:!::\n",
		"etc/passwd",
		"alice:x:1000:1000::/home/alice:/bin/sh\nbob:x:1001:1000::/:/bin/sh\nzoe:x:1002:27::/:/bin/sh\n"),
		[]string{"usermod -l ally alice", "usermod -l bo -aG alice bob"}},
	{"userdel", debian, []string{"useradd -m alice", "useradd -m -G sudo,alice bob", "userdel alice", "userdel -r bob", "userdel bob",
		"useradd -r svc", "userdel svc", "userdel"}},
	{"userdel keeps shared groups", debian, []string{"useradd alice", "useradd -g alice bob", "userdel alice", "userdel -f bob",
		"groupadd -g 500 carl", "useradd -g users carl", "userdel carl"}},
	{"userdel -r refuses", with(debian, "etc/passwd",
		"a:x:1000:1000::/home/a:/bin/sh\nb:x:1001:1001::/home/a/b:/bin/sh\nc:x:1002:1002::/etc:/bin/sh\n", "home/a/b/file", "x"),
		[]string{"userdel -r a", "userdel -r c", "userdel -r -f b"}},
	{"groupmod", debian, []string{"groupadd g", "useradd -g g u", "groupmod -g 5000 g", "groupmod -n h g", "groupmod -p HASH h",
		"groupmod -U daemon,mail h", "groupmod -a -U u h", "groupmod -U u h",
		"groupmod -n root h", "groupmod -g 0 h", "groupmod -o -g 0 h", "groupmod -n a:b h", "groupmod none", "groupmod -g x h",
		"groupmod h", "groupmod -U none h"}},
	{"groupdel", debian, []string{"groupdel users", "groupdel users", "groupdel root", "groupdel -f mail", "groupdel"}},
	{"gpasswd", debian, []string{"gpasswd -a daemon sudo", "gpasswd -a mail sudo", "gpasswd -a mail sudo", "gpasswd -d daemon sudo",
		"gpasswd -d daemon sudo", "gpasswd -A daemon,mail sudo", "gpasswd -M daemon,nobody sudo",
		"gpasswd -M root -A root users", "gpasswd -a none sudo", "gpasswd -a mail none", "gpasswd -r sudo", "gpasswd -R sudo",
		"gpasswd -a daemon -d mail sudo", "gpasswd -A  sudo", "gpasswd"}},
	{"gpasswd without gshadow entry", with(debian, "etc/gshadow", "root:*::\n"), []string{"gpasswd -a daemon sudo",
		"groupmod -p HASH users"}},
	{"chpasswd", debian, []string{"useradd a", "useradd b", "chpasswd -e <a:HASHA\nb:HASHB\n", "chpasswd -e <a:other\nnone:x\n",
		"chpasswd -e <a\n", "chpasswd -e <daemon:"}},
	{"passwd", debian, []string{"useradd -p HASH a", "passwd -l a", "passwd -l a", "passwd -u a", "passwd -q -d a", "passwd -e a",
		"useradd b", "passwd -u b", "passwd -l none"}},
	{"crowded file modes", with(debian, "etc/passwd-", "old\n"), []string{"groupadd g", "useradd -g g u", "groupdel none"}},
	{"users of a new group", debian, []string{"groupadd -U daemon,mail g", "groupadd -U none h"}},
	{"prefix", with(debian, "srv/root/etc/passwd", "root:x:0:0::/root:/bin/sh\n", "srv/root/etc/group",
		"root:x:0:\n"), []string{"useradd --prefix /srv/root -m -U alice", "useradd -P /srv/root -g root bob",
		"groupadd -P /srv/root g"}},
	{"duplicate entries", with(shadowSetup, "etc/group", "root:x:0:\ng:x:5:\ng:x:6:\n"), []string{"groupmod -g 7 g", "groupdel g",
		"gpasswd -a root g"}},
}
