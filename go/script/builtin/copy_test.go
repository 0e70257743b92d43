package builtin

import "testing"

// copySetup makes a tree with everything that copies can meet.
const copySetup = `
	mkdir -p s/sub/deep s/empty
	write s/a alpha
	write s/sub/b beta
	write s/sub/deep/c gamma
	ln s/a s/hard
	ln s/a s/sub/hard2
	ln -s a s/link
	ln -s sub s/dirlink
	ln -s nowhere s/dangling
	mkfifo -m 640 s/fifo
	mknod -m 600 s/dev c 1 5
	chmod 6755 s/a
	chmod 2751 s/sub
	chmod 1777 s/empty
	chown 5:7 s/sub s/sub/b
	chown -h 8:9 s/link
	chmod 0666 s/sub/b
`

// umaskScript makes files in all ways that the umask has a say in.
const umaskScript = `
	mkdir d
	chmod 777 d
	write f x
	chmod 777 f
	cp f g
	cp -r d e
	cp --no-preserve=mode f g2
	install f h
	install -d hd/he
	install -D f hf/hg/h
	touch t
	mkfifo p
	mknod c c 1 3
	mkdir -m 777 m
	mkdir -m a+t m2
	mkdir -m +t m3
	mkdir -m go=u m4
	mkdir -m u-w m5
	mkdir -m g+s m6
	mkdir -m o=t m7
	mkdir -m g=u+s,+t m8
	mkdir -p n/o
	mkdir -p -m 700 n2/o
	mkfifo -m 666 p2
	mkfifo -m +w p3
	chmod =rw t
	chmod +x f
	chmod -w h
	chmod -v -w d
	truncate -s 5 tr
	cp -p f f2
	ln -s f l
	mkdir q
	cp --parents n2/o q
	cp -r --parents n2/o q
`

const copiedFIFO = "a copied FIFO is a regular file"

func TestCopyAgainstGNU(t *testing.T) {
	compareWithGNU(t, []testScript{
		{name: "cp files", script: `
			write a alpha
			write b beta
			chmod 4775 a
			chmod 600 b
			cp a c
			cp -v a d
			cp a b
			cp b e
			cp -p a f
			chown 5:6 a
			cp -p a g
			chmod 6775 a
			cp -p a h
			cp --preserve=mode a i
			cp --preserve=ownership a j
			cp -p --no-preserve=ownership a k
			cp --no-preserve=mode a l
			cp -a a m
			cp -p --no-preserve=mode a n
			cp --preserve=timestamps a o
			cp --preserve a p
			cp --preserve=all a q
			cp a c d q nosuch
			mkdir dir
			cp -t dir a b c
			cp -v a b dir
			cp -n b dir/a
			cp -nv b dir/a
			cp -u b dir/a
			cp -T a dir
			cp a
			cp
			cp a dir/
			cp a nosuch/
			cp a c/
			cp -f b dir/a
			cp --remove-destination -v b dir/a
		`},
		{name: "cp same files", script: `
			write h hello
			ln h hh
			cp h h
			cp h ./h
			cp h hh
			cp -f h hh
			cp -l h hh
			ln -s hh hs
			cp hh hs
			cp hs hh
			cp -P hs hh
			cp -d hs hs2
			cp -d hs hs
			cp -d hs2 hs
			ln -s nowhere dang
			cp hh dang
			cp -f hh dang
			cp --remove-destination hh dang
			cp --remove-destination h hh
			cp --remove-destination h h
			cp -a h hh
			mkdir o p1 p2
			write p1/k one
			write p2/k two
			cp p1/k p2/k o
			cp p1/k p1/k o
			cp -r p1 p2 p1 o
			cp h h o
			cp -s h hs3
			cp -sf h hs3
			cp -s h o
			cp -s /tmp/w/r/h o/abs
			cp -s h h
			cp -l p1/k p1/l
			cp -lf p2/k p1/l
			cp -l p2/k p1/l
			cp -l hs hs5
			cp -lP hs hs6
			cp -lL hs hs7
			ln -s h lk
			cp p1/k lk
			cp -P p2/k lk
			cp -d lk o/h
		`},
		{name: "cp -r", script: copySetup + `
			cp s t
			cp -r s t
			cp -r s t
			cp -r s/ u
			cp -r s/. v
			mkdir w
			cp -r s/sub/.. w
		`},
		{name: "cp -a", leftOut: map[string]string{
			"/tmp/w/r/t/fifo": copiedFIFO, "/tmp/w/r/t/s/fifo": copiedFIFO, "/tmp/w/r/v/fifo": copiedFIFO,
		}, script: copySetup + `
			cp -a s t
			cp -a s t
			cp -a s/. v
			cp -a s/sub s/a s/hard s/link v/empty
		`},
		{name: "cp -rp -L -H -d", leftOut: map[string]string{
			"/tmp/w/r/t12/sub": "a directory's setgid is copied with --no-preserve=mode",
		}, script: copySetup + `
			rm s/dangling s/fifo s/dev
			cp -rp s t1
			cp -rL s t2
			cp -rH s/dirlink s/link t3
			cp -rd s t4
			ln -s s ls
			cp -rH ls t5
			cp -r ls t6
			cp -rP ls t7
			cp -aL s t8
			cp -aH ls t9
			cp -rl s t10
			cp -r --preserve=links s t11
			cp -r --no-preserve=mode s t12
			cp -dR --preserve=all s t13
			cp -rs /tmp/w/r/s t14
			cp -RLl s t15
			cp -L s/link x1
			cp -P s/link x2
			cp -H s/link x3
			cp s/link x4
			cp -d s/link s/dirlink t3
		`},
		{name: "cp -r over others", script: `
			mkdir -p s d2 dst/s/a o
			write s/a text
			cp -r s dst
			cp s/a dst/s
			cp -r d2 s/a
			touch o/d2
			cp -r d2 o
			cp -r o/d2 d2
			ln -s nosuch dl
			cp -r d2 dl
			ln -s d2 dl2
			cp -r s dl2
			cp -rT s dl2
			mkdir n
			ln -s ../s n/s
			cp -r s n
			write s/b more
			cp -r s n
			ln -s elsewhere s/l
			cp -r s n/s2
			write n/s2/x keep
			chmod 700 n/s2
			cp -r s/. n/s2
			cp -rp s/. n/s2
			ln -sf other s/l
			cp -r s/. n/s2
			chmod 711 s
			cp -rT s n/s2
			cp -aT s n/s2
		`},
		{name: "cp into itself", script: `
			mkdir -p a b/c d
			cp -r a a
			cp -r b b/c/new
			cp -r d d/e/f
			cp -r d d/e
		`},
		{name: "cp --parents", script: copySetup + `
			mkdir t
			cp --parents s/sub/b t
			cp --parents s/sub/deep/c s/a t
			cp -r --parents s/sub t
			cp -v --parents s/sub/deep/c t/
			mkdir t2
			cp -v --parents s/sub/deep/c t2
			cp -a --parents s/sub/deep t2
			cp --parents nosuch/x t2
			cp --parents s/a t2/nosuch
			mkdir t3
			cp -p --parents s/sub/b t3
			chmod 700 t3/s/sub
			cp -p --parents s/sub/b t3
			chmod 700 t3/s/sub
			cp --parents s/sub/b t3
			write file text
			cp --parents file/x t3
			write t3/x text
			mkdir x
			write x/y text
			cp --parents x/y t3
		`},
		{name: "mv", script: `
			write a alpha
			write b beta
			mkdir d e
			mv
			mv a
			mv a b d nosuch
			mv -T a b c
			mv -T a d
			mv a nosuch/
			mv a b/
			mv a nosuch/x
			mv nosuch x
			mv a a
			mv a ./a
			mv d d
			mv d d/e
			mv d a
			mv a ''
			mv -v a a2
			mv -v a2 d
			mv -n b d/a2
			write c gamma
			mv -n c b
			mv -vf c b
			mv -t d b
			mv -vT d e
			mkdir -p m/x m2/x/y
			mv m/x m2
			mv -T m m2
			mv m m/k
			mv m2/x/y m2
			mv m2/x m
			mkdir p1 p2 o
			touch p1/k p2/k
			mv p1/k p2/k o
			write h h
			ln h hh
			mv h hh
			mv h h2
			ln -s h2 hs
			mv h2 hs
			ln -s nowhere dl
			mv dl hs
			ln -s o lo
			mv hs lo
			mv -T lo lo2
			mv lo2/ lo3
			mkdir q
			mv q lo2
			mv o lo2
			mv -T o h2
			mv . x
			mv o/. x
			mv /tmp/w x
			mv e/a2 e/b o
			mv --strip-trailing-slashes e/ e5
			mv -u hh o
		`},
		{name: "odd names", unsorted: true, script: `
			mkdir 'a b' 'it"s' -- -d
			touch 'a b/c d' 'q?*' './-x' '\n' '[a]' '$HOME' 'a;b'
			cp -v 'q?*' 'a b'
			cp -rv 'a b' 'it"s'
			mv -v 'q?*' 'new name'
			mv -v -- -x y
			ln -sv 'a b' 'l l'
			rm -rv 'it"s'
			rm -v ./y
			rmdir -- -d
			chmod -v 600 '[a]' '$HOME'
			chown -v 5 'a;b'
			install -v '[a]' 'b;c'
			stat -c '%n %N' 'l l' '$HOME' '\n'
			find . -name '*[[]*' -o -name '*;*'
			ls
			mkdir -pv 'x y/z w'
			readlink -f 'l l' 'x y/z w'
			cp nosuch\'s x
		`},
		{name: "umask 022", script: umaskScript},
		{name: "umask 077", umask: 0o077, script: umaskScript},
		{name: "umask 0777", umask: 0o777, script: umaskScript},
		{name: "umask 007", umask: 0o007, script: umaskScript},
		{name: "setgid directories", leftOut: map[string]string{"/tmp/w/r/d3/n": copiedFIFO}, script: `
			mkdir d
			chown :7 d
			chmod 2777 d
			mkdir d/e
			mkdir -p d/f/g
			write d/h text
			touch d/i
			cp d/h d/j
			install d/h d/k
			install -d d/l
			ln -s h d/m
			mkfifo d/n
			cp -r d d2
			cp -a d d3
		`},
		{name: "install", script: `
			write a alpha
			write b beta
			chmod 4700 a
			install
			install a
			install -m644 a b f
			install -m644 -t nosuch a
			install -t a b
			install a c
			install -m 644 a c
			install -v -m u=rwx,go=rx a c
			install -m 4755 a suid
			install -v a b c d
			mkdir d
			install -v a b d
			install -m600 -t d a
			install a a
			install a ./a
			install d x
			install nosuch x
			install a nosuch/x
			install a nosuch/
			install -D a n/n/n
			install -Dv a n/m/k
			install -D -t z/z a -v
			install -D a b d
			install -dv k/l/m k/l
			install -d a
			install -d -m 700 k2/l2 k
			install -d -m 2755 k3
			install -d -o 5 -g 6 k4/l4
			install -m 9 a x
			install -o nope a x
			install -g nope a x
			install -o 5 -g daemon a owned
			install -o daemon -m 4711 a owned2
			install -T a d
			install -C a c
			install -Cv a c
			install -C -m 644 a cc
			install -Cv -m 644 a cc
			install -Cv -m 600 a cc
			ln -s b bl
			install a bl
			ln -s nowhere bd
			install a bd
			ln a ah
			install a ah
			install -d d
			install -d
			install -dt d x
			install -t d -T a
			install a a d
			install -D a /tmp/w/r/y/z/w
			chmod 2770 k
			install -d k
			stat -c %a k
			chmod 2770 k
			install -d -m 755 k
			stat -c %a k
			install -d -m u=rwx,go= k
			stat -c %a k
			install -d -m u+t k
			stat -c %a k
			install -d -m go+w -m u+rwx k9
			stat -c %a k9
			chmod 600 a
			install -m 600 a c
			install -C -m 600 a c
			install -Cv -m 600 -o 0 a c
			install -Cv -m 600 -o 5 a c
			install -Cv -m 600 -o 5 a c
			install -m a=r a ro
			install -m +x a plusx
			install -m go+w -d k5
		`},
	})
}
