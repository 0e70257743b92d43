#### -l -a -A -ln
mkdir d
echo text >f
chmod 4750 f
chown 5005:6006 f
ln -s f l
touch -d '2001-02-03 04:05:06' f d
touch .hidden
mknod c c 1 3
ls
ls -a
ls -A
ls -l f
ls -l --time-style=long-iso f
ls -ln f
ls -la --time-style=+ | sed '/^total/d; /^d/d; s/ 0 *l / l /'
ls -A -l --time-style=+%s f
#### -1 -d -R
mkdir -p a/b c
touch a/x a/b/y z
ls -1
ls -d a c
ls -d */
ls -R
ls a z c
ls -1 a
ls -ld a | cut -c1-10
#### -F -p
mkdir d
touch f
chmod +x f
ln -s f l
mkfifo p
ls -F
ls -p
ls -Fd d
ls --classify l
ls -F l d
#### -t -r -S
echo 123456 >big
echo 1 >small
: >none
touch -d @3 big
touch -d @2 small
touch -d @9 none
ls -t
ls -tr
ls -S
ls -Sr
ls -r
ls --reverse
ls -lt --time-style=+%s big small | cut -d' ' -f1-
#### -lh -lhn
head -c 2048 /dev/zero >f
touch -d @0 f
ls -lh f
ls -lhn f
head -c 1500000 /dev/zero >g
touch -d @0 g
ls -lh g
#### -L -H
mkdir d
touch d/x
ln -s d l
ls l
ls -d l
ls -L
ls -lL l | sed 's/.*\(x\)$/\1/; /total/d'
ls -H l
ls -ld l | sed 's/.* l/l/'
#### --full-time -g -o
touch -d @1234567890 f
ls -l --full-time f
ls -g f
ls -o f
ls -gG f
ls -lG f
#### -v -X
touch a10 a9 a1.c b.a c.b
ls -v
ls -X
ls --sort=version
ls -1 -- a9 a10
ls missing 2>/dev/null || echo $?
ls missing a9 2>/dev/null || echo $?
