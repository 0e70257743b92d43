#### -cf -tf -tvf
mkdir -p d/e
echo x >d/f
touch -d @1000 d/f d/e d
chmod 640 d/f
chown 5005:6006 d/f
ln -s f d/l
tar -cf a.tar d/e d/f
tar -tf a.tar
tar -tvf a.tar
tar tf a.tar d/f
tar -cf b.tar -T /dev/null
rm a.tar b.tar
#### -C -xzf --strip-components
mkdir -p pkg-1/bin pkg-1/lib
echo tool >pkg-1/bin/tool
chmod 755 pkg-1/bin/tool
ln -s tool pkg-1/bin/alias
ln pkg-1/bin/tool pkg-1/lib/hard
tar --sort=name -czf p.tar.gz pkg-1
rm -r pkg-1
mkdir opt
gzip -dc p.tar.gz | tar -t | sort
tar -C opt -xzf p.tar.gz --strip-components=1
tar -xzf p.tar.gz -C . pkg-1/bin
tar xf p.tar.gz --strip-components 2 --wildcards '*/bin/*'
gzip -dc p.tar.gz | tar -x -C opt
rm p.tar.gz
#### --owner --group --mtime
mkdir d
echo x >d/f
tar --owner=7 --group=8 --mtime=@1000 -cf a.tar d
tar --owner=app:77 --group=grp:88 --mtime='2020-01-01' --sort=name -cf b.tar d
tar --numeric-owner -tvf a.tar
tar -tvf b.tar
tar --numeric-owner -tvf b.tar
mkdir x
tar -xf a.tar -C x
stat -c '%n %Y' x/d/f
tar -xmf a.tar -C x
rm a.tar b.tar
#### -p -x modes
mkdir d
echo x >d/f
chmod 4777 d/f
chmod 2770 d
chown -R 5:6 d
chmod 4777 d/f
tar cf a.tar d
umask 077
mkdir x y z
tar -xpf a.tar -C x
tar --no-same-permissions -xf a.tar -C y
tar --no-same-owner -xf a.tar -C z
rm a.tar
#### --exclude -X
mkdir -p d/.git d/src
touch d/.git/x d/src/a.c d/src/a.o d/keep
echo '*.o' >skip
tar --exclude=.git --exclude='*.o' --sort=name -cf - d | tar -tf -
tar -X skip --sort=name -cf - d | tar -tf -
tar --sort=name --exclude='d/src' -cf - d | tar -t
tar --exclude-vcs --sort=name -cf - d | tar -t
#### -cvf -xvf
mkdir d
touch d/f
tar -cvf a.tar d
mkdir x
tar -xvf a.tar -C x
tar -cv d >b.tar 2>/dev/null
rm a.tar b.tar
#### cz xz -C
mkdir d out
echo x >d/f
tar cz d | tar xz -C out
tar -c -C d . | tar -x -C out
tar -C d -cf - f | (mkdir sub; cd sub; tar -xf -)
#### -xkf -chf --skip-old-files
echo old >f
echo new >g
ln -s g l
tar -cf a.tar f
echo changed >f
tar -xkf a.tar 2>/dev/null || echo $?
cat f
tar -xf a.tar
cat f
tar -chf b.tar l
tar -xf b.tar
tar --skip-old-files -xf a.tar
rm a.tar b.tar
#### -xOf --to-stdout
mkdir d
echo text >d/f
tar -cf a.tar d/f
tar -xOf a.tar d/f
tar -xf a.tar --to-stdout
rm a.tar
#### kinds
mkdir d x
mkfifo d/p
mknod d/c c 1 3
mknod d/b b 8 1
ln -s nowhere d/l
touch d/a
ln d/a d/hard
chmod 600 d/c
tar -cf a.tar d
tar -xf a.tar -C x
rm a.tar
#### -T --files-from --null
touch a b 'c d'
printf 'a\nc d\n' >list
tar -cf - -T list | tar -t
printf 'a\0b\0' | tar -cf - --null -T - | tar -t
find . -name '[ab]' -print0 | sort -z | tar --null --files-from=- --no-recursion -cf - | tar -t
#### --owner names in a root
echo x >f
tar --owner=app --group=staff -cf a.tar f
tar -tvf a.tar | cut -c1-22
mkdir out
tar -xf a.tar -C out
tar --numeric-owner -xf a.tar -C tmp
stat -c '%U:%G' out/f tmp/f
rm a.tar
#### --mode -C several --no-recursion
mkdir -p a b/c
echo 1 >a/x
echo 2 >b/y
tar --mode=go-w,u+x -cf t.tar -C a x -C ../b y c
tar -tvf t.tar | cut -c1-22
tar -xf t.tar
mkdir o
tar -xf t.tar -C o y
tar --no-recursion -cf u.tar b
tar -tf u.tar
tar -cf abs.tar -P "$PWD/a/x"
tar -tf abs.tar | sed 's|.*/work|W|'
tar -xf missing.tar 2>/dev/null || echo $?
tar -xf t.tar none 2>/dev/null || echo $?
tar -cf v.tar none 2>/dev/null || echo $?
tar --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf w.tar a b
sha256sum w.tar
rm *.tar
