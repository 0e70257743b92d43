#### -D
echo x >f
install -D f a/b/c
install -D -m 644 f x/y
install -Dm755 f usr/bin/tool
install -D f f a/b 2>/dev/null || echo $?
#### -o -g -m
echo x >f
install -o 5 -g 6 -m 4755 f g
install -o 7 f h
install -g 8 f i
install -m u=rw,go=r f j
install -m u+x f k
#### -d
install -d a/b c
install -d -m 700 d/e
install -d -o 5 -g 6 x/y
install -d -m 2775 a
install -d -m 1777 -o 1 -g 2 t
#### -t
echo a >a
echo b >b
mkdir d
install -t d a b
install -D -t e/f a b
install -D -t g -m 600 a
install --target-directory=d -m 640 a
#### -T
echo a >a
mkdir d
install -T a b
install -T a d 2>/dev/null || echo $?
install a d
#### -v
echo a >a
install -v a b
install -v -D a x/y/z
install -v -d p/q
#### -p
echo a >a
touch -d @1000 a
install -p a b
install --preserve-timestamps -D a c/d
stat -c '%n %Y' a b c/d
#### -C
echo a >a
install -C a b
install -C -m 600 a b
install -C -m 600 a b
stat -c %a b
#### -b -S --backup
echo 1 >a
echo 2 >b
install -b a b
install -S .orig a b
install --backup=numbered b a
#### modes of the source
echo x >a
chmod 600 a
chown 5:6 a
ln -s a l
install a b
install l c
install a c
umask 077
install -D a d/e/f
install -d g/h
#### over links
echo new >a
echo old >b
ln -s b l
install a l
ln b hard
install a b
#### -m -d under a umask
umask 077
echo x >f
install -d a/b
install -m 0755 -d c/d/e
install -Dm 644 f g/h/f
install -D -d i/j
echo in | install -m 600 /dev/stdin k
install -m 444 f k
install -d a
mkdir l
chmod 777 l
install -d l
install -d -m 711 l
#### -o -g names in a root
echo x >f
install -o app -g staff -m 640 f g
install -d -o daemon -g app -m 2750 data
install -D -o 77 f x/y
install -o nosuch f h 2>/dev/null || echo $?
stat -c '%n %U:%G %a' g data x/y
