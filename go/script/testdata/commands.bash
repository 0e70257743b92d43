#### echo
echo -n a; echo -e 'x\ty\0101\x42\c'; echo; echo -ne 'n\n'; echo -E 'a\tb'; echo -nE x; echo; echo -- -n; echo -x; echo 'a\tb'; echo -e 'a\\b\u00e9'
---- 0
ax	yAB
n
a\tb
x
-- -n
-x
a\tb
a\b\u00E9
#### echo nothing
echo; echo ''; echo -n; echo "a  b"
---- 0


a  b
#### printf
printf '%s %d %5d|%-5s|%05d|%x|%X|%o|%c|%%|%q\n' s 1 2 ab 3 255 255 8 xyz "a b"
---- 0
s 1     2|ab   |00003|ff|FF|10|x|%|a\ b
#### printf reuses its format
printf '%s-%s\n' a b c; printf 'x\n'; printf '%s\n'; printf '%d\n'
---- 0
a-b
c-
x

0
#### printf floats and precision
printf '%.2f %5.1f %e %g %.3s|%*d\n' 3.14159 2.5 1000 0.0001 abcdef 5 42
---- 0
3.14   2.5 1.000000e+03 0.0001 abc|   42
#### printf escapes
printf 'a\tb\\n\101\x41\n'; printf '%b' 'x\ty\n'; printf '%s' 'x\ty'; echo; printf '\u00e9\n'
---- 0
a	b\nAA
x	y
x\ty
\u00E9
#### printf numbers
printf '%d %d %d %d\n' 0x10 010 "'A" -5; printf '%u\n' 5; printf '%i\n' 7; printf '%+d % d\n' 5 5
---- 0
16 8 65 -5
5
7
+5  5
#### printf to a variable
printf -v x '%03d' 7; echo $x; printf -v 'a[1]' y; echo ${a[1]}
---- 0
007
y
#### printf with a bad number
printf '%d\n' abc; echo $?
---- 0
0
1
#### printf dashes
printf -- '-x\n'; printf '%s\n' -n --
---- 0
-x
-n
--
#### test strings
[ a = a ] && echo 1; [ a != b ] && echo 2; [ -n a ] && echo 3; [ -z '' ] && echo 4; [ a ] && echo 5; [ '' ] || echo 6; [ ! a ] || echo 7; test a == a && echo 8; [ ] || echo 9; [ -n ] && echo 10; [ = ] && echo 11
---- 0
1
2
3
4
5
6
7
8
9
10
11
#### test numbers
[ 1 -eq 1 ] && [ 1 -ne 2 ] && [ 1 -lt 2 ] && [ 2 -le 2 ] && [ 3 -gt 2 ] && [ 3 -ge 3 ] && echo ok; [ 08 -eq 8 ] && echo decimal; [ ' 5 ' -eq 5 ] && echo blanks
---- 0
ok
decimal
blanks
#### test bad number
[ a -eq 1 ]; echo $?; [ '' -eq 0 ]; echo $?; [ 1 -eq ]; echo $?; [ a b ]; echo $?; [ a = b; echo $?
---- 0
2
2
2
2
2
#### test logic
[ a -a b ] && echo 1; [ '' -o b ] && echo 2; [ ! -f x -a a = a ] && echo 3; [ \( a = b \) -o c = c ] && echo 4; [ ! a = b ] && echo 5
---- 0
1
2
3
4
5
#### test files
touch f; mkdir d; ln -s f l; ln -s none b; mkfifo p; echo x > g; chmod +x g
for t in e f d L h p s x r w; do for n in f d l b p g none; do [ -$t $n ] && echo -n " $n"; done; echo " $t"; done
---- 0
 f d l p g e
 f l g f
 d d
 l b L
 l b h
 p p
 d g s
 d g x
 f d l p g r
 f d l p g w
#### test newer
touch -d @1 a; touch -d @2 b; [ b -nt a ] && echo 1; [ a -ot b ] && echo 2; [ a -nt none ] && echo 3; [ none -ot a ] && echo 4; ln a c; [ a -ef c ] && echo 5; [ a -ef b ] || echo 6
---- 0
1
2
3
4
5
6
#### double brackets
[[ abc == a* ]] && echo 1; [[ abc == "a*" ]] || echo 2; [[ a < b ]] && echo 3; [[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}; [[ -z '' && -n x ]] && echo 5; [[ ! a == b || c == d ]] && echo 6; [[ ( a == a ) ]] && echo 7; x='a b'; [[ $x == 'a b' ]] && echo 8
---- 0
1
2
3
b
5
6
7
8
#### double brackets files
touch f; mkdir d; [[ -f f && -d d && ! -e x ]] && echo 1; [[ -s f ]] || echo 2; ln -s f l; [[ -L l ]] && echo 3; [[ f -ef l ]] && echo 4; p='f g'; [[ -e $p ]] || echo 5; [[ -O f ]] && echo 6
---- 0
1
2
3
4
5
6
#### double brackets arithmetic
n=5; [[ n -eq 5 ]] && echo 1; [[ 2+3 -eq n ]] && echo 2; [[ $n -gt 4 ]] && echo 3; x='1+1'; [[ x -eq 2 ]] && echo 4; [[ 010 -eq 8 ]] && echo 5
---- 0
1
2
3
4
5
#### regular expressions
[[ 'a.c' =~ a\.c ]] && echo 1; [[ abc =~ a\.c ]] || echo 2; [[ abc =~ "a.c" ]] || echo 3; re='^([a-z]+)-([0-9]+)$'; [[ foo-12 =~ $re ]] && echo "${BASH_REMATCH[@]}"; [[ 'x y' =~ x[[:space:]]y ]] && echo 5; [[ a+b =~ a"+"b ]] && echo 6; [[ aab =~ a{2}b ]] && echo 7; [[ abcd =~ (ab|abc)d? ]] && echo ${BASH_REMATCH[0]}; [[ x =~ y ]]; echo $? ${#BASH_REMATCH[@]}
---- 0
1
2
3
foo-12 foo 12
5
6
7
abcd
1 0
#### read
printf 'a b c\nx\\y z\n' > f; { read x y; echo "$x|$y"; read x; echo "$x"; read x; echo $?; } < f; read -r x < f; echo $x
---- 0
a|b c
xy z
1
a b c
#### read with IFS
printf 'root:x:0:0::/root:/bin/sh\n' > p; IFS=: read -r u pw uid gid gecos home sh < p; echo "$u|$pw|$uid|$gid|$gecos|$home|$sh"; IFS= read -r l <<< '  a  '; echo "[$l]"; read l <<< '  a  '; echo "[$l]"
---- 0
root|x|0|0||/root|/bin/sh
[  a  ]
[a]
#### read the rest
IFS=: read -r a b <<< 'x:y:z:'; echo "$b"; IFS=: read -r a b <<< 'x:y:'; echo "$b"; IFS=' :' read -r a b c <<< 'x : y::z'; echo "$a|$b|$c"; read -r a b <<< 'x  y  z  '; echo "[$b]"
---- 0
y:z:
y
x|y|:z
[y  z]
#### read backslashes
read x <<< 'a\ b c'; echo "$x"; read x y <<< 'a\ b c'; echo "$x|$y"; read -r x y <<< 'a\ b c'; echo "$x|$y"; printf 'a\\\nb\n' > f; read x < f; echo $x
---- 0
a b c
a b|c
a\|b c
ab
#### read array
read -ra a <<< 'x y  z'; echo ${#a[@]} ${a[2]}; IFS=, read -ra a <<< 'x,,z'; echo ${#a[@]} "[${a[1]}]"; read <<< '  reply '; echo "[$REPLY]"
---- 0
3 z
3 []
[  reply ]
#### read delimiter
printf 'a:b:c' > f; while read -d : x; do echo $x; done < f; echo $x; printf 'a\0b\0' > g; while IFS= read -r -d '' x; do echo $x; done < g; read -n 3 x <<< abcdef; echo $x; read -N 4 x <<< abcdef; echo $x
---- 0
a
b
c
a
b
abc
abcd
#### read prompt
read -p 'prompt> ' x <<< y; echo $x
---- 0
y
#### read without newline
printf 'abc' > f; read x < f; echo $? $x; while read x || [ -n "$x" ]; do echo $x; done < f
---- 0
1 abc
abc
#### read loops
printf 'a 1\nb 2\n' > f; while read -r k v; do echo "$v=$k"; done < f; n=0; while read l; do n=$((n+1)); done < f; echo $n
---- 0
1=a
2=b
2
#### cd
mkdir -p a/b; cd a; echo ${PWD##*/}; cd b; cd ..; pwd | sed 's|.*/||'; cd - > /dev/null; echo ${PWD##*/} ${OLDPWD##*/}; cd nowhere 2>/dev/null || echo failed; cd -- ..; echo ${PWD##*/}; (cd b); echo ${PWD##*/}
---- 0
a
a
b a
failed
a
a
#### cd through a link
mkdir -p a/b; ln -s a/b l; cd l; echo ${PWD##*/}; pwd -P | sed 's|.*/a|a|'; touch ../x; cd ..; ls; ls a; cd -P l; echo ${PWD##*/}
---- 0
l
a/b
a
l
b
x
b
#### pushd
mkdir a b; pushd a > /dev/null; echo ${PWD##*/}; popd > /dev/null; cd b; echo ${PWD##*/}
---- 0
a
b
#### pwd
mkdir d; cd d; [ "$(pwd)" = "$PWD" ] && echo same; cd .; [ "$(pwd)" = "$PWD" ] && echo same
---- 0
same
same
#### umask
umask; umask 077; touch a; mkdir d; stat -c %a a d; (umask 022; touch b); stat -c %a b; umask; umask -S; umask u=rwx,g=rx,o=; umask
---- 0
0022
600
700
644
0077
u=rwx,g=,o=
0027
#### umask of a redirection
umask 027; echo x > f; stat -c %a f
---- 0
640
#### command
command -v echo; command -v nosuch; echo $?; f() { :; }; command -v f; command echo hi; command -v if
---- 0
echo
1
f
hi
if
#### command found
command -v ls > /dev/null && echo yes; type ls > /dev/null && echo yes; type -p ls > /dev/null && echo yes; hash -r; echo $?
---- 0
yes
yes
yes
0
#### type
f() { :; }; type -t f echo if ls nosuch; echo $?
---- 0
function
builtin
keyword
file
1
#### builtin
builtin echo x; cd() { echo mine; }; cd /; builtin cd .; echo $?
---- 0
x
mine
0
#### getopts
f() { local OPTIND=1 o; while getopts 'ab:c' o; do echo "$o ${OPTARG-}"; done; shift $((OPTIND-1)); echo "$@"; }; f -a -b x -c y z; f -ab x; f -bval rest
---- 0
a 
b x
c 
y z
a 
b x

b val
rest
#### getopts bad
f() { local OPTIND=1 o; while getopts ':ab:' o "$@"; do echo "$o [${OPTARG-}]"; done; }; f -x -b
---- 0
? [x]
: [b]
#### let
let x=1+2 y=x*2; echo $x $y; let 'z = 5'; echo $z
---- 0
3 6
5
#### true false colon
true; echo $?; false; echo $?; : a b; echo $?
---- 0
0
1
0
#### alias is not expanded
alias ll='echo x'; ll
---- refused command not found: ll
#### set positional
set -- -a b; echo $1 $2; set x y; echo $1; set -; echo $#; set -- ; echo $#
---- 0
-a b
x
2
0
#### set options
set -euo pipefail; set +u; echo ok; set -Eeuo pipefail; echo ok2; set +H; set +x; echo $?
---- 0
ok
ok2
0
#### set all
set
---- refused set
#### unset
x=1; unset x; echo ${x-gone}; unset nothing; echo $?; a=(1 2); unset a; echo ${#a[@]}; f() { :; }; unset f; type -t f; echo $?
---- 0
gone
0
0
1
#### shopt
shopt -s nullglob && echo ok; shopt -u nullglob; shopt -q nullglob; echo $?
---- 0
ok
1
#### lastpipe
shopt -s lastpipe; echo 5 | read x; echo $x; true | false; echo $? ${PIPESTATUS[@]}
---- 0
5
1 0 1
#### shopt unsupported
shopt -s expand_aliases
---- refused expand_aliases
#### ulimit
ulimit -n 10
---- refused ulimit
#### kill
kill -0 1
---- refused kill
#### wait nothing
wait; echo $?
---- 0
0
#### times
times
---- refused times
#### enable
enable -n echo
---- refused enable
#### caller
caller
---- refused caller
#### exec with options
exec -a x ls
---- refused exec
#### sh
sh -c 'echo $0 $1 $#' a b c; x=5; sh -c 'echo [$x]'; x=6 sh -c 'echo [$x]'; bash -c 'exit 4'; echo $?; sh -c 'cd ..; y=1'; echo $?
---- 0
a b 2
[]
[6]
4
0
#### sh with options
sh -ec 'false; echo no'; echo $?; echo 'echo from file $1' > f; sh f arg; echo 'echo stdin' | sh; bash -euc 'echo ok'
---- 0
1
from file arg
stdin
ok
#### redirections
echo a > f; echo b >> f; read x < f; echo $x; { echo out; echo err >&2; } > g 2>&1; while read l; do echo $l; done < g; echo x &> h; read y < h; echo $y; echo z >| f; read y < f; echo $y; echo q 2>/dev/null 1>&2; echo w >&h; read y < h; echo $y
---- 0
a
out
err
x
z
w
#### redirection order
{ echo out; echo err >&2; } 2>&1 >/dev/null | while read l; do echo "pipe $l"; done
---- 0
pipe err
#### redirection that fails
echo x > nodir/f; echo $?; : < nothere; echo $?; { echo no; } < nothere; echo $?
---- 0
1
1
1
#### redirection of its own input
echo hello > f; echo "$(cat f) world" > f; cat f; x=$(< f); echo $x; printf '%s!' "$(< f)" > f; cat f
---- 0
hello world
hello world
hello world!
#### redirection in a group reads its own output
echo hello > f; { echo "$(cat f) world"; } > f; cat f
---- 0
 world
#### redirection to the file read
echo a > f; cat < f > f; cat f
---- 0
#### redirection other descriptors
exec 3> f; echo x >&3; exec 3>&-; cat f; exec 4< f; read a <&4; echo $a; { echo y >&5; } 5> g; cat g; echo z 3>&1 1>&2 2>&3; (echo q >&3) 2>/dev/null || echo closed; exec 6<> f; read b <&6; echo more >&6; cat f
---- 0
x
x
y
closed
x
more
#### redirection read and write
echo a <> f
---- 0
a
#### close
echo a >&-; echo $?
---- 0
1
#### pipe both
{ echo out; echo err >&2; } |& while read l; do echo "p $l"; done
---- 0
p out
p err
#### quotes in quotes
echo "a 'b' $(echo "c \"d\"")" 'e "f"'
---- 0
a 'b' c "d" e "f"
#### long pipe ends
i=0; while :; do echo $((i++)); done | head -n 2
---- 0
0
1
#### dev null
echo x > /dev/null; cat /dev/null; echo $?; : < /dev/null; echo hi > /dev/stdout; echo hi > /dev/stderr
---- 0
0
hi
#### function named like a command
ls() { echo mine; }; ls; command ls | head -n 1; unset -f ls
---- 0
mine
#### newline in names
f=$'a\nb'; echo x > "$f"; for i in *; do echo "[$i]"; done
---- 0
[a
b]
#### bytes that are not UTF-8
f=$'\xff\xfe'; echo x > "$f"; for i in *; do [ "$i" = "$f" ] && echo "same ${#i}"; done; x=$'\xff'; echo ${#x}
---- 0
same 2
1
