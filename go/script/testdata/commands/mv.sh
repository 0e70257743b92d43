#### -f
echo a >a
echo b >b
mv -f a b
mkdir d
mv b d
mv -f d/b d/c e 2>/dev/null || echo $?
#### -n
echo a >a
echo b >b
mv -n a b 2>/dev/null || echo $?
mv -n a c
cat b c
#### -t
echo a >a
echo b >b
mkdir d
mv -t d a b
mv --target-directory=. d/a
#### -T
mkdir a b c
touch c/f
mv -T a b
mv -T b c 2>/dev/null || echo $?
mv b c
mv -T c/b new
#### -v
echo a >a
mv -v a b
mkdir d
mv -v b d
mv -v d 'd e'
#### -u
echo old >a
touch -d @1000 a
echo new >b
touch -d @2000 b
mv -u a b
cat b
mv -u b a
#### -b -S --backup
echo a >a
echo b >b
mv -b a b
echo c >c
mv -S .orig c b
echo d >d
mv --backup=numbered d b
#### kinds
mkdir d
ln -s d l
echo x >f
ln f hard
chown 5:6 f
chmod 4755 f
mkfifo p
mv l m
mv f p d
mv hard d/f 2>/dev/null || echo $?
mv d d/in 2>/dev/null || echo $?
mv missing x 2>/dev/null || echo $?
mv d m2
#### onto the other kind
mkdir d e
touch f d/x e/y
mv f d
mv d e
touch g
mv e g 2>/dev/null || echo $?
mv g e/d/x
mkdir -p p/d
touch p/d/z
mv e/d p 2>/dev/null || echo $?
mv --no-clobber e/y g
#### -f directories and links
mkdir -p a/b c
ln -s a link
touch x y
mv x y link/
mv link/x link/../z
mv -f z c/
mv a/b/ c
mv c/* .
mv ./y "y y" 2>/dev/null || echo $?
mv link moved
