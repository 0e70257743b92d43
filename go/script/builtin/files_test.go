package builtin

import "testing"

func TestFilesAgainstGNU(t *testing.T) {
	compareWithGNU(t, []testScript{
		{name: "mkdir", script: `
			mkdir x y/
			mkdir x
			write a text
			mkdir -p a/x
			mkdir a/x
			mkdir nosuch/x
			mkdir -p x/../w/v
			mkdir ''
			mkdir -p ''
			mkdir -pv 1/2/3
			mkdir -v 5
			mkdir -m 9 k
			mkdir -m a=rwxt k
			mkdir -m 2755 k2
			mkdir -pm 700 p/q/r p
			mkdir -m u=rwx,go= --parents k3/k4
			mkdir
			ln -s nosuch dl
			mkdir dl
			mkdir -p dl
			mkdir -p dl/x
			mkdir -p a
			mkdir --mode=+t k5
			mkdir -m go-rwx k6
			mkdir -m =,+X k7
			mkdir -p /tmp/../tmp
		`},
		{name: "chmod octal and symbolic", script: `
			write f x
			mkdir d
			chmod -v 755 f
			chmod -v 755 f
			chmod -c 644 f
			chmod -c 644 f
			chmod 6755 f d
			chmod -v 755 d
			chmod -v 0755 d
			chmod -v 00755 d
			chmod -v u+s,g+s d
			chmod -v 1777 d
			chmod -v =755 d
			chmod -v u=g,o= f
			chmod -v +x f
			chmod -v -x f
			chmod -v a+X f d
			chmod -v u+x,a+X f
			chmod -v go+w f
			chmod -v ug=rw,o-r f
			chmod -v u+rws,g+s,o+t f
			chmod -v -st f
			chmod -v =rw f
			chmod -v +t d
			chmod -v g=u-w f
			chmod -v o=u+x-w f
			chmod -v +644 f
			chmod -v u+4 f
			chmod 888 f
			chmod 10000 f
			chmod z f
			chmod u f
			chmod u+rwz f
			chmod ,u+r f
			chmod '' f
			chmod 644
			chmod
			chmod 644 nosuch
			chmod -f 644 nosuch
			chmod -v 644 nosuch
			chmod --reference=d f
			chmod --reference=nosuch f
			chmod -v --reference=d f
			chmod -w f
			chmod -v -r f
			chmod -rwx d
			chmod u+w-x+x f
			chmod g+s d
			chmod u-s,g-s d
			chmod g=s d
			chmod = d
			chmod a= f
			chmod -- -x f
		`},
		{name: "chmod recursive", unsorted: true, script: `
			mkdir -p d/e/f
			write d/x text
			write d/e/y text
			ln -s x d/l
			ln -s nosuch d/dangling
			ln -s e d/le
			ln -s d ld
			ln -s nosuch dl
			chmod -R u=rwX,go=rX d
			chmod -Rv 700 d
			chmod -Rc a+X d
			chmod -R 755 ld
			chmod -Rv o-rx ld/
			chmod 700 ld
			chmod 700 d/l
			chmod 644 dl
			chmod -v 600 dl
			chmod -R 2770 d
			chmod -R 755 d
			chmod -R g+s d/e
			chmod --recursive --verbose a+r nosuch d/x
		`},
		{name: "chown", unsorted: true, script: `
			write f x
			chown -v 5:7 f
			chown -v root: f
			chown -v :daemon f
			chown -v :daemon f
			chgrp -v root f
			chgrp -v 0 f
			chown -v daemon f
			chown -v daemon: f
			chown -c daemon f
			chown -v 77777 f
			chown -v 0:0 f
			chown -v '' f
			chown -v : f
			chgrp -v '' f
			chown --from=5 -v 6 f
			chown --from=0 -v 6 f
			chown --from=:0 -v 7 f
			chown --from=7:1 -v 8 f
			chown
			chown 5
			chown 5: f
			chown nope f
			chown root:nope f
			chown nope:root f
			chgrp nope f
			chown root.daemon f
			chown no.pe f
			chown -v 6 nosuch
			chown -fv 6 nosuch
			ln -s nosuch dl
			chown 6 dl
			chown -h 6:9 dl
			chown -v --reference=f f
			chown -hv --reference=f dl
			chgrp -hv --reference=f dl
			chown --reference=nosuch f
			chown -R --dereference 5 f
			chown 99999999999 f
			chown +5:+6 f
			chown +root f
			chown 4294967294:4294967294 f
			chown 4294967295 f
			chown nobody:nogroup f
		`},
		{name: "chown recursive", unsorted: true, script: `
			mkdir -p d/e o
			write d/x text
			write d/e/y text
			write o/z text
			ln -s ../o d/lo
			ln -s ../d/x d/lx
			ln -s nosuch d/dangling
			ln -s d ld
			chown -R 5:5 d
			chown -Rv 6 ld
			chown -RH 7 ld
			chown -RL 8:8 d
			chown -RP 9 d
			chown -Rh 10 d
			chown -RHh 11 ld
			chgrp -R 12 d
			chown -Rc 9 d
		`},
		{name: "chown keeps or drops setuid", script: `
			write f x
			write g x
			write h x
			mkdir d
			chmod 6755 f d
			chmod 2644 g
			chmod 4644 h
			chown 5 f g h d
			chmod 6755 f
			chgrp 5 f
			chmod 6755 f
			chown 5 f
		`},
		{name: "ln", script: `
			ln -s x l
			ln -s y l
			ln -sf y l
			ln l
			mkdir d
			ln -s /a/b d
			ln -s q d
			ln -s a b c
			ln -s a b d
			ln -sv a b2
			ln -st d t1 t2
			ln -sv t3 -t d
			touch f
			ln -v f g
			ln f g
			ln f f
			ln -f f f
			ln -f f g
			ln -fv f g
			ln d e
			ln nosuch e
			ln -s dir1 ld
			ln -sfn new ld
			mkdir dd
			ln -s dd ldd
			ln -s z ldd
			ln -sfn w ldd
			ln -sT k dd
			ln -sfT k dd
			ln -sr d/x relx
			ln -sr /etc/passwd d/rel
			ln -srf f d
			ln -srv d/t1 d/q/../r2
			ln -s a
			ln -sfn v dd
			ln
			ln -s
			ln -s a nosuch/
			ln -s a nosuch/x
			ln -sv y l
			ln -sfv y l
			ln -sf d/x d
			ln a b c nosuch
			ln -t nosuch a
			ln -t f a
			ln -s a ''
			ln -s '' aa
			ln -P l lp
			ln l lq
			ln -s f l/x
			ln -n f ldd
			ln -sf l l
			ln -T a
			ln -T a b c
			ln -L f fl
			ln -s f lf
			ln -L lf fl2
			ln lf fl3
			ln -r f fr
			ln -s -t d -T a
		`},
		{name: "names", script: `
			basename a/b/
			basename /
			basename a.c .c
			basename .c .c
			basename -s .c a.c b.c
			basename -a a/b c/d
			basename -az a b
			basename a b c
			basename ''
			basename //
			basename -s c
			basename -- -x
			dirname
			dirname a/b/c a /a / a/ '' //a a//b a/. ///
			dirname -z a
			pwd
		`},
		{name: "readlink and realpath", script: linkScript()},
		{name: "rm", unsorted: true, script: `
			mkdir -p d/e
			touch f d/x d/e/y
			ln -s d ld
			ln -s nosuch dl
			rm d
			rm -d d
			rmdir d
			rm -v ld
			ln -s d ld
			rm ld/
			rm -rf nosuch/x
			rm -fv nosuch
			rm nosuch
			rm -r .
			rm -r .. d/.
			rm -r /
			rm
			rm -f
			rm f/
			rm -f f/
			rm ''
			rm -f ''
			rm -f f/x
			rm f/x
			rm -r ld/
			rm -rf ld/
			rm -rv d/
			rm -v dl
			rm -rv f ld
			mkdir d
			rm -dv d
			rm -dv d
			mkdir -p t/u/v
			touch t/u/v/w t/k
			rm -rv t
			rm -rf t
		`},
		{name: "rmdir link unlink", script: `
			rmdir nosuch
			mkdir -p a/b/c
			rmdir -p a/b/c
			mkdir -p a/b/c
			rmdir -pv a/b/c/
			mkdir -p a/b a/c
			rmdir -p a/b
			rmdir --ignore-fail-on-non-empty a
			rmdir -p --ignore-fail-on-non-empty a/c
			rmdir
			touch f
			rmdir f
			unlink
			unlink a b
			unlink d
			mkdir z
			unlink z
			unlink nosuch
			link a b
			touch a
			link a b
			link a b
			link z k
			link a
			link a b c
			rmdir .
			rmdir z/.
			unlink a
		`},
		{name: "truncate", script: `
			write a hello
			truncate -s +3 a
			truncate -s -2 a
			truncate -s '<4' a
			truncate -s '>10' a
			truncate -s '/4' a
			truncate -s '%5' a
			truncate -s 1K n1
			truncate -s 2kB n2
			truncate -s 1KiB n3
			truncate -c -s 5 n4
			truncate -r a n5
			truncate -r a -s +1 n6
			truncate -r a -s 1 n6
			truncate -s 5
			truncate a
			truncate -s x a
			truncate -s 5b a
			truncate -s /0 a
			mkdir z
			truncate -s 5 z
			truncate -s 5 nosuch/x
			truncate -s -100 a
		`},
		{name: "mkfifo and mknod", script: `
			mkfifo -m 9 x
			mkfifo -m 4644 x
			mkfifo a
			mkfifo a
			mkfifo -m 600 a2 a3
			mkfifo
			mkfifo nosuch/x
			mknod x c 1 3
			mknod -m 666 y b 0x10 010
			mknod z p
			mknod z2 u 1 2 -m go-r
			mknod w c z 1
			mknod w c 1 2z
			mknod nosuch/x p
			mknod w p
			chmod 640 x
			chown 5:6 x
		`},
		{name: "touch", script: `
			touch
			touch a b
			touch -c nosuch
			touch nosuch/x
			touch nosuch/
			touch ''
			touch -d bad a
			touch -t 1 a
			touch -t 202013010000 a
			mkdir d
			touch d d/
			ln -s t l
			touch l
			ln -s nosuch/x l2
			touch l2
			touch -h nosuch
			touch -r nosuch a
			touch -d @5 -t 01010000 a
			touch a/x
			touch -
		`},
	})
}

// linkScript tries every combination of ways to resolve with kinds of paths.
func linkScript() string {
	script := "touch f\nmkdir -p x/y\nln -s x/y xl\nln -s /nosuch/k br\nln -s loop loop\nln -s f l\nln -s x/../f l2\nln -s br br2\n"
	for _, path := range []string{
		"xl", "xl/", "xl/z", "nosuch", "nosuch/", "nosuch/z", "br", "br/z", "br2", "f", "f/", "f/z", "l", "l/", "l2", "loop", "loop/z", "''", ".", "..", "/", "//x",
		"../r/x", "x/./y/../y", "x/y/..", "xl/..", "nosuch/..",
	} {
		for _, command := range []string{
			"readlink -v", "readlink -vf", "readlink -ve", "readlink -vm", "readlink", "readlink -n", "realpath", "realpath -e", "realpath -m",
			"realpath -s", "realpath -q", "realpath --relative-to=x", "realpath --relative-to=/tmp/w/r/x/y", "realpath --relative-base=x",
			"realpath --relative-base=/tmp --relative-to=x", "realpath --relative-base=x --relative-to=.", "realpath -ms --relative-to=xl",
		} {
			script += command + " " + path + "\n"
		}
	}
	return script + "readlink\nrealpath\nreadlink -n xl l\nreadlink -z xl\nrealpath -z x xl\nrealpath --relative-to=nosuch/k x\nreadlink f xl\n"
}
