#### -e -f -d
mkdir d
touch f
ln -s f l
ln -s nowhere n
for x in d f l n missing; do
  test -e $x && echo $x exists || echo $x no
  test -f $x && echo $x file || echo $x no
  test -d $x && echo $x dir || echo $x no
  test -L $x && echo $x link || echo $x no
  test -h $x && echo $x link || echo $x no
done
#### -s -r -w -x -u -g -k
touch f
echo x >full
chmod 7755 full
for o in -s -r -w -x -u -g -k -O -G; do test $o full && echo full $o; test $o f && echo f $o; done || :
#### -p -c -b -S
mkfifo p
mknod c c 1 3
mknod b b 1 3
for x in p c b; do for o in -p -c -b -S; do test $o $x && echo $x $o || :; done; done
#### -z -n =
test -z '' && echo empty
test -n x && echo full
test a = a && echo same
test a != b && echo other
test a '<' b && echo less
test b '>' a && echo more
test '' || echo $?
test x && echo x
test -n || echo never
test = = = && echo equals
test ! x || echo not
test -f || echo never
#### -eq -ne -lt -le -gt -ge
test 1 -eq 1 && test 1 -ne 2 && test 1 -lt 2 && test 2 -le 2 && test 3 -gt 2 && test 3 -ge 3 && echo all
test 010 -eq 10 && echo decimal
test -5 -lt 5 && echo negative
test x -eq 1 2>/dev/null || echo $?
#### -nt -ot -ef
touch -d @1 a
touch -d @2 b
ln a c
ln -s a l
test b -nt a && echo newer
test a -ot b && echo older
test a -ef c && echo same
test a -ef l && echo same
test a -nt missing && echo newer
test missing -ot a && echo older
#### -a -o ! and brackets
test a = a -a b = b && echo both
test a = b -o b = b && echo either
test ! a = b && echo not
test \( a = b -o c = c \) -a d = d && echo grouped
[ -n x ] && echo bracket
[ ! -e nothing ] && echo nothing
[ a = b ] || echo $?
env test -d . && echo program
env [ -d . ] && echo program
env test a = b || echo $?
#### -v -o in brackets
x=1
[[ -v x ]] && echo set
[[ -v y ]] || echo unset
[ -o errexit ] && echo errexit
[[ abc == a* && abc =~ ^(a)(b) ]] && echo "${BASH_REMATCH[2]}"
[[ b > a ]] && echo more
[ 5 -gt 3 -a 2 -lt 3 ] && echo both
[ "a b" = 'a b' ] && echo same
[ -t 0 ] || echo 'no terminal'
test -d / -a ! -L / && echo root
[ x 2>/dev/null || echo $?
