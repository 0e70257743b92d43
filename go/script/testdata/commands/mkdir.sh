#### -p
mkdir -p a/b/c a/b/c a//d/
touch f
mkdir -p f 2>/dev/null || echo $?
mkdir -p f/x 2>/dev/null || echo $?
ln -s a l
mkdir -p l/z l
#### -m
mkdir -m 700 a
mkdir -m 2755 b
mkdir -m 1777 c
mkdir -m u=rwx,go=,+t d
mkdir -m a=rx e
mkdir -m g-r f
#### -pm
mkdir -pm 700 a/b/c
mkdir -p -m 711 a/b/c
umask 077
mkdir -p -m 755 x/y/z
#### -v
mkdir -v a
mkdir -pv a/b/c
mkdir -v -p 'a b'/c
#### --parents --mode
mkdir --parents --mode=750 a/b
mkdir --mode 701 c
#### setgid parents
mkdir d
chown 5:6 d
chmod 2770 d
mkdir d/e
mkdir -p d/f/g
mkdir -m 755 d/h
mkdir -m 0755 d/i
touch d/j
#### braces
mkdir -p usr/{bin,lib/{a,b}} var/{log,run}
mkdir "with space" -- -dash
mkdir with || echo $?
mkdir with 2>/dev/null || echo $?
