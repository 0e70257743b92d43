#### -a
mkdir -p d/e
echo x >d/f
ln d/f d/hard
ln -s f d/l
chmod 2750 d/e
chmod 4711 d/f
chown -R 5:6 d/e
mknod d/n c 1 3
touch -d @1000 d/f
cp -a d copy
cp -a d/. other
stat -c '%n %Y' copy/f
#### -rL --no-preserve
mkdir -p store/a
echo x >store/a/f
chmod 444 store/a/f
ln -s a/f store/l
ln -s a store/dirlink
chmod 555 store/a store
cp -rL --no-preserve=mode store out
cp -rL store exact
cp -r --no-preserve=mode,ownership store links
cp -L --no-preserve=all store/l one
chmod -R u+w store exact
#### -r
mkdir -p d/e
echo x >d/f
ln -s f d/l
chmod 700 d/e
cp -r d copy
cp -r d copy
cp -R d/e d/f copy
cp -r d/* .
cp d copy2 2>/dev/null || echo $?
#### -p
echo x >f
chmod 4755 f
chown 5:6 f
touch -d @1000 f
cp -p f g
cp f h
cp --preserve=mode f i
cp --preserve=timestamps f j
cp --preserve=ownership,mode f k
stat -c '%n %Y' g j
#### -f -n
echo a >a
echo b >b
cp -n a b 2>/dev/null || echo $?
cat b
chmod 400 b
cp -f a b
echo c >c
cp -f c b
#### -t
echo a >a
echo b >b
mkdir d
cp -t d a b
cp --target-directory=d -r ./a b
cp -rt d/ a
#### -T
mkdir -p a b/a
echo x >a/f
cp -rT a b
cp -r a b
cp -T a/f g
cp -T a/f b 2>/dev/null || echo $?
#### -l -s
mkdir d
echo x >d/f
cp -l d/f hard
cp -rl d e
cp -s "$PWD/d/f" soft
readlink soft | sed 's|.*/work/|work/|'
rm soft
cp -s hard rel
#### -u
echo old >a
touch -d @1000 a
echo new >b
touch -d @2000 b
cp -u a b
cat b
cp -uv -p b a
cat a
#### -v
mkdir d
echo x >d/f
cp -v d/f g
cp -rv d e
cp -av d/f e/h
#### --parents
mkdir -p a/b/c
chmod 750 a/b
echo x >a/b/c/f
mkdir out
cp --parents a/b/c/f out
cp -r --parents a/b out
cp -a --parents a/b/c other 2>/dev/null || echo $?
#### -P -H -d
echo x >f
ln -s f l
cp -P l p
cp -d l d
cp -H l h
cp l plain
ln f hard
mkdir e
cp -d f hard e
cp -P l e/l2
#### --no-dereference --recursive --archive --dereference
mkdir d
echo x >d/f
ln -s f d/l
cp --recursive d a
cp --archive d b
cp --recursive --dereference d c
cp --no-dereference d/l l
#### --remove-destination
echo a >a
echo b >b
ln -s b l
cp --remove-destination a l
ln b c
cp --remove-destination a c
#### -b -S --backup
echo a >a
echo b >b
cp -b a b
cp -S .orig a b
cp --backup=numbered a b
cp --backup=numbered a b
#### through links
echo a >a
echo b >b
ln -s b l
cp a l
ln -s nowhere broken
cp a broken 2>/dev/null || echo $?
mkdir d
ln -s d dl
cp a dl
cp -r d/. dl/../copy
cp a a 2>/dev/null || echo $?
#### modes
echo a >a
chmod 6777 a
mkdir d
chmod 3777 d
umask 027
cp a b
cp -r d e
echo c >c
chmod 600 c
cp a c
cp -a --no-preserve=ownership a x
cp -a --no-preserve=mode a y
#### -x --attributes-only --sparse --reflink
echo a >a
cp -x a b
cp --reflink=auto a c
cp --sparse=always a d
cp --attributes-only a e
cp -a --attributes-only a f
#### cases of directories
mkdir -p d/sub e/d
echo 1 >d/sub/f
echo 2 >e/d/sub
cp -r d e 2>/dev/null || echo $?
mkdir g
cp -r d/ g/
cp -r d/. h
cp -r d/sub/.. i
cp d/sub/f g/
cp d/sub/f missing/ 2>/dev/null || echo $?
#### -rn -rp -dR
mkdir -p a/x b/x
echo 1 >a/x/f
echo 2 >b/x/f
echo 3 >a/x/g
cp -rn a/. b 2>/dev/null || echo $?
chmod 600 a/x/f
chown 5:6 a/x/f
touch -d @7 a/x
cp -rp a/x b/y
ln -s x/f a/link
cp -dR a c
cp -aL a e
cp a/x/f c/.
cp a/x/* e/x/
cp -r a b c e new 2>/dev/null || echo $?
cp -r a/x b/x e/ 2>/dev/null || echo $?
stat -c '%n %Y' b/y
#### -a onto what is there
mkdir -p src/etc dst/etc
echo new >src/etc/conf
echo old >dst/etc/conf
ln dst/etc/conf dst/hard
chmod 700 src/etc
chown 5:6 src/etc
cp -a src/. dst/
ln -s conf src/etc/alias
echo x >dst/etc/alias
cp -a src/etc/alias dst/etc/
cp -a src/etc dst/etc/nested
echo y | cp /dev/stdin out
cp /dev/null dst/etc/conf
