#### -name -iname
mkdir -p a/B
touch a/x.txt a/B/y.TXT z.c .h
find . -name '*.txt' | sort
find . -iname '*.txt' | sort
find a -name B
find . -name '.*' | sort
find . ! -name '*.c' -type f | sort
find . -path './a/*' -not -path '*/B/*' | sort
find . -wholename './a/B*' -o -name 'z*' | sort
#### -exec {} +
mkdir d
touch d/a d/b 'd/c d'
find d -type f -exec echo {} \; | sort
find d -type f -exec sh -c 'echo $#' sh {} +
find d -type f -exec chmod 600 {} +
find d -name a -exec cp {} {}.bak \;
find d -type f -exec false {} \; -o -name 'a' -print
find d -name a -exec grep -q x {} \; -print
find d -execdir echo {} \; | sort
#### -print0
touch 'a b' c
find . -type f -print0 | sort -z | xargs -0 -I{} echo 'got {}'
find . -type f -print0 | tr '\0' '\n' | sort
#### -type -xtype
mkdir d
touch f
ln -s f l
ln -s nowhere n
mkfifo p
find . -type d | sort
find . -type f,l | sort
find . -type p -o -type l | sort
find -L . -type f | sort
find . -xtype f | sort
find . ! -type d | sort
find -L . -type l
#### -maxdepth -mindepth
mkdir -p a/b/c
touch a/b/c/f
find . -maxdepth 1 | sort
find . -mindepth 1 -maxdepth 2 | sort
find a -mindepth 3
find a -maxdepth 0
find . -depth
#### -delete
mkdir -p a/b
touch a/x.pyc a/b/y.pyc a/keep
find . -name '*.pyc' -delete
find a -depth -type d -empty -delete
find . -empty
#### -perm
touch a b c
chmod 4755 a
chmod 644 b
chmod 600 c
find . -type f -perm 644 | sort
find . -type f -perm -4000
find . -type f -perm /022 | sort
find . -type f -perm /u+s,o+r | sort
find . -type f -perm -u=rw | sort
find . -type f ! -perm -o+r
#### -user -group -uid -gid
touch a b
chown 5005:6006 a
find . -uid 5005
find . -gid 6006
find . -user 5005
find . -group 6006 -printf '%p %U %G\n'
find . -user root | sort
find . -nouser
find . ! -user root -exec chown 0:0 {} +
#### -newer -mtime -size
touch -d @100 a
touch -d @200 b
echo text >c
head -c 3000 /dev/zero >d
find . -newer a -type f | sort
find . -type f -size +1k
find . -type f -size -2 | sort
find . -size 5c
find . -type f -size 0 | sort
find . -name a -mtime +10
find . -newermt '1970-01-01 00:02:00' -name '[ab]'
find . -name '[ab]' -mmin +5 | sort
find . -type f -mtime -1 -newer a | sort
#### -prune -quit
mkdir -p a/skip b
touch a/skip/x a/y b/z
find . -name skip -prune -o -type f -print | sort
find . -path ./a -prune -o -print | sort
find b -type f -print -quit
find a/ b | sort
find . -mindepth 1 \( -name a -o -name b \) -prune | sort
#### -printf
mkdir d
echo abc >d/f
ln -s f d/l
chmod 640 d/f
touch -d @1000 d/f
find d -mindepth 1 -printf '%p|%P|%f|%h|%m|%M|%y|%l|%d\n' | sort
find d -name f -printf '%s %T@ %TY-%Tm-%Td %TH:%TM %U:%G %u\n'
find d -name f -printf '%#m %5s|%-5f|\t\0' | tr '\0' '!'
#### -regex -iregex
touch abc.c abd.h x
find . -regex '.*\.[ch]' | sort
find . -regex './ab[cd].*' | sort
find . -iregex '.*ABC.*'
find . -regextype posix-extended -regex './(abc|x).*' | sort
find . -regextype egrep -regex '.*(c|h)$' | sort
#### -links -samefile -lname
touch a
ln a b
ln -s a l
find . -links 2 | sort
find . -samefile a | sort
find . -lname 'a*'
find -H l -type f
find . -type f -links +1 | sort
find missing 2>/dev/null || echo $?
find . -true -name a -o -false
find . -name a , -name b
#### -nosuch errors
touch a
find . -nosuch 2>/dev/null || echo $?
find . -name 2>/dev/null || echo $?
find . -type f -readable -name a
find . -type f -executable
find . missing -name a 2>/dev/null || echo $?
#### -exec sed, chmod and -o
mkdir -p d/bin
printf 'a\r\n' >d/x.sh
printf 'b\r\n' >d/bin/y.sh
chmod 4755 d/x.sh
find . -name '*.sh' -exec sed -i 's/\r$//' {} +
find d -perm /6000 -type f -exec chmod a-s {} \; -print
find d -type d -exec chmod 750 {} \; -o -type f -exec chmod 640 {} \;
find d -type f -exec sh -c 'for f; do echo "$f" >>raw; done' _ {} +
sort raw >list
rm raw
find d -mindepth 1 -not -name bin -delete
find . -not \( -path ./d -prune \) -name l\* | sort
find . -type d ! -path '*/bin' ! -name . | sort
find d -empty -type d -printf 'empty %f\n'
find . -name 'x*' -o -name 'l*' -type f -print | sort
find -maxdepth 1 -type f -name l* -exec cat {} \; | sort
#### -user -group names in a root
mkdir srv
touch srv/a srv/b
chown app:staff srv/a
find srv -user app
find srv -group staff -printf '%p %u %g\n'
find srv -nouser -o -nogroup
chown 4242 srv/b
find srv -nouser
find home -user app -type f -exec chown daemon {} +
