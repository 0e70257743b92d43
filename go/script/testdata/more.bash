#### function with redirections
f() { echo out; echo err >&2; } > log 2>&1; f; f; cat log
---- 0
out
err
#### function body is a subshell or loop
f() for i in 1 2; do echo $i; done; f; g() if true; then echo g; fi; g; h() (echo h; exit 3); h; echo $?
---- 0
1
2
g
h
3
#### return from loops
f() { for i in 1 2 3; do while true; do [ $i = 2 ] && return 5; break; done; echo $i; done; }; f; echo $?
---- 0
1
5
#### continue in a while condition list
i=0; while i=$((i+1)); [ $i -lt 5 ]; do if [ $i = 2 ]; then continue; fi; echo $i; done
---- 0
1
3
4
#### break in a case in a loop
for i in a b c; do case $i in b) break;; *) echo $i;; esac; done; echo end $i
---- 0
a
end b
#### exit in a function
f() { exit 9; }; (f; echo no); echo $?; f; echo no
---- 9
9
#### exit in a pipe
exit 3 | true; echo $?; { exit 4; } | cat; echo $?; true | exit 5; echo $?
---- 0
0
0
5
#### nested quotes
a='x y'; echo "$(echo "$(printf '%s|' "$a" 'b c')")"; echo "${a/"x y"/"p  q"}"; echo "${u:-"$a"}"
---- 0
x y|b c|
p  q
x y
#### single quotes in double quoted expansions
u=; echo "${u:-its}" "${u:-'q'}" "${u:-'$x'}" ${u:-'q r'} "${x+a}${u+b}"
---- 0
its 'q' '' q r b
#### backslashes in expansions
x='a\b'; echo "$x" $x "${x}" "${x/\\/-}" "${x//\\/\\\\}"; y="\$x \\ \a"; echo "$y"
---- 0
a\b a\b a\b a-b a\\b
$x \ \a
#### default values with expansions
a=1; echo ${b:-$a} ${b:-${c:-$((a+1))}} ${b:=$(echo set)} $b ${b:+"with $b"}
---- 0
1 2 set set with set
#### unset elements and defaults
arr=(a '' c); echo "${arr[1]-x}" "${arr[1]:-x}" "${arr[5]-y}" "${arr[@]:-z}"; unset arr; echo "${arr[@]-none}" "${arr[0]-none}"
---- 0
 x y a  c
none none
#### at with operators
set -- a.x b.x; echo "${@%.x}" "${@/x/y}" "${@:1:1}" "${*#a}"; echo "pre${@}post"; echo "pre${*}post"
---- 0
a b a.y b.y a.x .x b.x
prea.x b.xpost
prea.x b.xpost
#### at in assignments
set -- 'a  b' c; x=$@; y=$*; z="$@"; w="$*"; echo "$x|$y|$z|$w"; IFS=-; x=$@; y=$*; z="$@"; w="$*"; IFS=' '; echo "$x|$y|$z|$w"
---- 0
a  b c|a  b c|a  b c|a  b c
a  b c|a  b-c|a  b c|a  b-c
#### at with empty elements
set -- '' a ''; for i in "$@"; do echo "[$i]"; done; for i in $@; do echo "<$i>"; done; echo $#; set -- "$@" "x$@y"; echo $#
---- 0
[]
[a]
[]
<a>
3
6
#### empty IFS
IFS=; set -- 'a b' c; x='d e'; printf '[%s]' $x $@ $* "$*"; echo
---- 0
[d e][a b][c][a b][c][a bc]
#### splitting mixes quotes and variables
x='1 2' y='3 4'; printf '[%s]' a$x"b c"$y'd'; echo; printf '[%s]' "$x"$y; echo; printf '[%s]' $x$y; echo
---- 0
[a1][2b c3][4d]
[1 23][4]
[1][23][4]
#### splitting of a command substitution
printf '[%s]' $(printf 'a b\nc\td\n\n'); echo; printf '[%s]' "$(printf 'a b\nc')"; echo
---- 0
[a][b][c][d]
[a b
c]
#### globs from variables and substitutions
touch a1 a2; p='a*'; echo $p "$p" ${p}x $(echo 'a?'); q='[a]1'; echo $q; x='\a1'; echo $x
---- 0
a1 a2 a* a*x a1 a2
a1
\a1
#### glob with directories and dots
mkdir -p d/.h d/e; touch d/.h/x d/e/y .z; echo d/* d/*/* d/.*/* */; shopt -s dotglob; echo d/*; echo */*
---- 0
d/e d/e/y d/.h/x d/
d/.h d/e
d/.h d/e
#### glob with a trailing slash and links
mkdir d; ln -s d l; ln -s none b; touch f; echo */; echo l/; echo */.; echo [bl]*
---- 0
d/ l/
l/
d/. l/.
b l
#### glob characters in names
touch 'a*b' 'a?b' 'a[b' axb; echo a\*b a[*]b 'a'*'b' a\[b; for f in a*; do echo "$f"; done
---- 0
a*b a*b a*b a?b a[b axb a[b
a*b
a?b
a[b
axb
#### case insensitive patterns
shopt -s nocasematch; case ABC in abc) echo yes;; esac; [[ Foo == foo ]] && echo yes2; shopt -u nocasematch; [[ Foo == foo ]] || echo no; shopt -s nocaseglob; touch README; echo read*
---- 0
yes
yes2
no
README
#### failglob
shopt -s failglob; echo nomatch*; echo after
---- 1
#### globstar in the middle
shopt -s globstar; mkdir -p a/b c; touch a/x.c a/b/y.c c/z.c w.c; echo **/*.c; echo a/**/*.c; echo **/; echo a/**
---- 0
a/b/y.c a/x.c c/z.c w.c
a/b/y.c a/x.c
a/ a/b/ c/
a/ a/b a/b/y.c a/x.c
#### extended patterns in case and replacements
shopt -s extglob
x=foobarbar; echo ${x%%+(bar)} ${x/@(foo|bar)/-} ${x//+(o)/0}; case $x in foo*(bar)) echo m;; esac; case abc in !(abc)) echo no;; ?(a)bc) echo opt;; esac
---- 0
foo -barbar f0barbar
m
opt
#### patterns with brackets
for x in a B 5 _ '-' ']' '^'; do case $x in [[:digit:]_]) echo "$x digit";; [!a-z]) echo "$x not lower";; *) echo "$x lower";; esac; done; case ']' in []]) echo bracket;; esac; case '-' in [a-]) echo dash;; esac; case a in [^b]) echo caret;; esac
---- 0
a lower
B not lower
5 digit
_ digit
- not lower
] not lower
^ not lower
bracket
dash
caret
#### quoted parts of patterns
x='*.txt'; for f in a.txt '*.txt'; do case $f in "$x") echo "literal $f";; $x) echo "pattern $f";; esac; done; case 'a b' in a\ b) echo space;; esac; case "a'b" in a\'b) echo quote;; esac
---- 0
pattern a.txt
literal *.txt
space
quote
#### here documents in loops and functions
f() { cat <<A; cat <<B
one $1
A
two
B
}; f x; for i in 1 2; do cat <<C
i=$i
C
done
---- 0
one x
two
i=1
i=2
#### here document as the input of a loop
while read -r a b; do echo "$b $a"; done <<EOT
1 one
2 two three
EOT
---- 0
one 1
two three 2
#### here document with quotes and backslashes
x=v; cat <<EOT
"$x" '$x' \$x \\ \n `echo cmd` $(echo "q") ${x:-'d'} ${u:-"e"} \
joined
EOT
---- 0
"v" 'v' $x \ \n cmd q v e joined
#### here documents to other descriptors
cat <<EOT 3<<EOU <&3
a
EOT
b
EOU
---- 0
b
#### here string with quoting
cat <<< 'a  b'; x='c  d'; cat <<< $x; cat <<< "$x"; cat <<< "a
b"
---- 0
a  b
c  d
c  d
a
b
#### descriptors are copied and closed
exec 3>&1; echo a >&3; { echo b >&3; } 3> f; cat f; exec 3>&-; { echo c >&3; } 2>/dev/null; echo $?
---- 0
a
b
1
#### output and error swapped
{ echo out; echo err >&2; } 3>&1 1>&2 2>&3 | while read l; do echo "got $l"; done 2>/dev/null
---- 0
got err
#### redirection of a function call and a builtin
f() { echo f; }; f > a; : > b; echo c >> a; [ -s a ] > d; cat a; ls
---- 0
f
c
a
b
d
#### noclobber
set -C; echo a > f; echo b > f; echo $?; echo c >| f; cat f; echo d >> f; echo e > /dev/null; cat f
---- 0
1
c
c
d
#### redirection to a variable name with spaces
x='a b'; echo 1 > "$x"; cat "$x"; echo 2 > $x; echo $?; ls
---- 0
1
1
a b
#### redirection with a failing command substitution
echo x > $(echo f; false); echo $?; ls
---- 0
0
f
#### errexit and redirection failures
set -e; { echo a; } > no/f || echo caught; if true > no/f; then echo yes; else echo no; fi; while false; do :; done < none || echo w; echo end; : > no/f; echo never
---- 1
caught
no
w
end
#### errexit and redirection failure of a group
set -e; { :; } < none; echo after
---- 1
#### errexit and not
set -e; ! true; ! false; echo a; f() { ! true; }; f; echo b
---- 1
a
#### errexit and assignments with commands
set -e; x=$(false) true; echo a; local_test() { local v; v=$(false); echo no; }; local_test || echo or; echo b
---- 0
a
no
b
#### errexit in nested functions
set -e; g() { false; echo g; }; f() { g; echo f; }; f || echo caught; if f; then echo t; fi; x=$(f); echo "x=$x"; f; echo no
---- 1
g
f
g
f
t
x=g
f
#### errexit and case, for, while
set -e; case x in x) false || true;; esac; for i in 1; do false || true; done; while true; do break; done; until false || true; do :; done; echo ok; case x in x) false;; esac; echo no
---- 1
ok
#### errexit and pipes with pipefail
set -eo pipefail; if false | true; then echo t; else echo f; fi; false | true || echo or; true | true; echo ok; false | true; echo no
---- 1
f
or
ok
#### errexit and subshells in and-lists
set -e; (exit 1) || echo a; (exit 1) && echo b; (set +e; false; echo c); (false; true) || echo d; echo e; (exit 2); echo no
---- 2
a
c
e
#### errexit is inherited by functions in pipes
set -e; f() { false; echo in; }; f | cat; echo after; set -o pipefail; f | cat; echo no
---- 1
after
#### inherit_errexit
shopt -s inherit_errexit; set -e; x=$(false; echo no) || echo caught; echo "[$x]"; y=$(false; echo no); echo never
---- 1
[no]
#### local with errexit and arithmetic
set -e; f() { local i=0; ((i+=1)); ((i-=1)) || true; let i=5; echo $i; }; f; ((0)) || echo zero; echo $((0)); : $((0)); echo end
---- 0
5
zero
0
end
#### trap on exit in many ways
(trap 'echo a $?' EXIT; exit 3); echo $?; (trap 'echo b; exit 5' EXIT; true); echo $?; (trap 'echo c' EXIT; false); echo $?; bash -c 'trap "echo d" EXIT; exec true'; bash -c 'trap "echo e" EXIT; sh -c "echo inner"'
---- 0
a 3
3
b
5
c
1
inner
e
#### trap on exit with errexit
bash -ec 'trap "echo cleanup $?" EXIT; false; echo no'; echo $?; bash -ec 'f() { trap "echo in f" EXIT; }; f; echo x; false'; echo $?
---- 0
cleanup 0
1
x
in f
1
#### trap on ERR with functions
trap 'echo "err $?"' ERR; f() { false; true; }; f; g() { return 3; }; g; false || true; if false; then :; fi; (exit 4); set -E; f; echo end
---- 0
err 3
err 4
err 1
end
#### trap listing
trap 'echo "x y"' EXIT; trap -p EXIT; trap 'it'"'"'s' INT; trap; trap - INT EXIT; trap
---- 0
trap -- 'echo "x y"' EXIT
trap -- 'echo "x y"' EXIT
trap -- 'it'\''s' SIGINT
#### eval and quoting
x='a b'; eval "y='$x'"; echo "$y"; eval 'for i in 1 2; do echo $i; done'; eval "f() { echo from eval \$1; }"; f z; v=name; eval "$v=val"; echo $name; eval 'echo a; false'; echo $?; eval "exit 3"; echo no
---- 3
a b
1
2
from eval z
val
a
1
#### source with arguments and variables
printf 'echo "$# $1 $x"\nx=changed\nset -- p q\nreturn 4\n' > s; x=1; set -- a b c; . ./s one; echo $? $x $#; . ./s; echo $? $#; f() { . ./s; echo f $?; }; f z
---- 0
1 one 1
4 changed 2
2 p changed
4 2
1 z changed
f 4
#### source finds functions and cd
mkdir d; echo 'g() { echo g; }; cd d' > s; . ./s; g; echo ${PWD##*/}; type -t g
---- 0
g
d
function
#### variables before functions and builtins
f() { echo "$A"; A=in; }; A=out; A=tmp f; echo $A; A=x eval 'echo $A'; echo $A; IFS=: read a b <<< 'x:y z'; echo "$a|$b|$IFS" | head -c 8; echo; A=1 B=$A; echo "$A$B"
---- 0
tmp
out
x
out
x|y z| 	
11
#### variables before a command see each other
x=1; x=2 y=$x sh -c 'echo $x $y'; echo $x; z=$(echo sub) sh -c 'echo $z'
---- 0
2 2
1
sub
#### exported functions' variables
export A=1; f() { local A=2; sh -c 'echo $A'; }; f; sh -c 'echo $A'; unset A; sh -c 'echo ${A-unset}'; A=3; sh -c 'echo ${A-unset}'; set -a; B=4; set +a; sh -c 'echo $B'
---- 0
2
1
unset
unset
4
#### local scopes
x=g; f() { local x=f; g; echo "f $x"; }; g() { echo "g $x"; x=set; h; }; h() { local x; echo "h [${x-unset}]"; x=h; }; f; echo $x; k() { local y=$x; unset y; echo "[${y-none}]"; }; k
---- 0
g f
h [unset]
f set
g
[none]
#### unset in functions
x=g; f() { local x=l; unset x; echo "[${x-unset}]"; x=again; }; f; echo $x; g() { unset x; }; g; echo "[${x-gone}]"; h() { local z=1; i; echo "[${z-gone}]"; }; i() { unset z; }; h
---- 0
[unset]
g
[gone]
[gone]
#### declare attributes
declare -i n=3*4; echo $n; n+=2; echo $n; n=abc; echo $n; declare -l low=ABC; low+=DEF; echo $low; declare -u up; up=xyz; echo $up; declare -r ro=1; declare -p n low ro; declare -x ex=2; sh -c 'echo $ex'; declare +x ex; sh -c 'echo [$ex]'
---- 0
12
14
0
abcdef
XYZ
declare -i n="0"
declare -l low="abcdef"
declare -r ro="1"
2
[]
#### declare arrays
declare -a a=(1 2); declare -A m=([x]=1 ["y z"]=2); declare -p a; echo ${m["y z"]}; f() { declare -a c=(l); declare -g d=(g); }; f; echo "${c[0]-none} ${d[0]}"
---- 0
declare -a a=([0]="1" [1]="2")
2
none g
#### declare arrays again
declare -a a=(1 2); declare -A m=([x]=1 ["y z"]=2); declare -p a; echo ${m["y z"]}; f() { declare -a c=(l); declare -g d=(g); }; f; echo "${c[0]-none} ${d[0]}"
---- 0
declare -a a=([0]="1" [1]="2")
2
none g
#### declare with names from variables
n=name; declare "$n=value"; echo $name; export "E$n=1"; sh -c 'echo $Ename'; local_in() { local "$n=inner" v; echo $name ${v-unset}; }; local_in; echo $name; readonly "R=1"; echo $R; x='a=1 b=2'; export $x; echo $a $b
---- 0
value
1
inner unset
value
1
1 2
#### readonly failures
readonly r=1; r=2 true; echo $?; (r=2; echo no); echo $?; unset r; echo $?; declare r=3; echo $?; f() { local r=4; }; f; echo $?; for r in a; do echo no; done; echo $?
---- 0
0
1
1
1
1
1
#### nameref
f() { local -n out=$1; out=result; out+=x; }; f v; echo $v; declare -n r=arr; arr=(1 2); r+=(3); echo ${arr[@]} ${r[1]} ${#r[@]} ${!r}; r[0]=z; echo ${arr[0]}; unset -v r; echo ${arr-gone}
---- 0
resultx
1 2 3 2 3 arr
z
gone
#### arrays with expressions
i=2; a[i*2]=x; a[$i]=y; echo ${!a[@]}; ((a[7]=5, a[7]++)); echo ${a[7]} ${a[i]} ${a[-1]} ${#a[4]}; a[i]+=z; echo ${a[2]}; a=([1]=b [0]=a); echo "${a[@]}"; a+=([5]=f g); echo ${!a[@]}
---- 0
2 4
6 y 6 1
yz
a b
0 1 5 6
#### arrays and globs
touch x1 x2; a=(x* "x*" 'y z'); echo ${#a[@]} "${a[2]}"; b=(${a[@]}); echo ${#b[@]}; c=("${a[@]:1:2}"); echo "${c[*]}"; d=(); d+=("${a[@]}"); echo ${#d[@]}
---- 0
4 x*
6
x2 x*
4
#### array as string and string as array
s=abc; echo ${s[0]} ${s[@]} ${#s[@]} ${!s[@]}; s[2]=x; echo ${s[@]} ${!s[@]}; a=(1 2); a=3; echo ${a[@]}; unset a[0]; echo ${a[@]}
---- 0
abc abc 1 0
abc x 0 2
3 2
2
#### associative order of many
declare -A m; for i in a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd ee user group root nobody 1 2 3 10 100; do m[$i]=$i; done; echo "${!m[@]}"; echo "${m[*]}"; unset 'm[root]' m[1]; echo ${#m[@]}; for k in "${!m[@]}"; do printf '%s ' "$k"; done; echo
---- 0
group dd 3 2 1 aa z y x w v u t s r q p o n m l k j i h g f e d c b a cc nobody 100 10 ee root bb user
group dd 3 2 1 aa z y x w v u t s r q p o n m l k j i h g f e d c b a cc nobody 100 10 ee root bb user
38
group dd 3 2 aa z y x w v u t s r q p o n m l k j i h g f e d c b a cc nobody 100 10 ee bb user 
#### associative with strange keys
declare -A m; m['a b']=1; m["$"]=2; m[é]=3; k='x y'; m[$k]=4; m[${k}z]=5; echo "${m['a b']}${m["$"]}${m[é]}${m[$k]}${m["x yz"]}"; [[ -v m['a b'] ]] && echo set; for k in "${!m[@]}"; do echo "[$k]"; done | sort
---- 0
12345
set
[$]
[a b]
[x y]
[x yz]
[é]
#### arithmetic operators
echo $((7%-3)) $((-7%3)) $((2**3**2)) $((-2**2)) $((1<2?3:4)) $((1,2)) $((~5)) $((!0+!1)) $((5&6|1^3)) $((1<<2+1)) $((10-3-2)) $((2*3%4)) $((-5/2)) $((0xFF)) $((017)) $((36#z)) $((64#_)) $((1==1&&2!=2||3))
---- 0
1 -1 512 4 3 2 -6 1 6 8 5 2 -2 255 15 35 63 1
#### arithmetic assignments
x=5; echo $((x+=2)) $((x-=1)) $((x*=3)) $((x/=2)) $((x%=5)) $((x<<=3)) $((x>>=1)) $((x|=1)) $((x&=3)) $((x^=7)) $x; echo $((y=z=4)) $y $z; echo $((x++ + ++x)) $x $((x-- - --x)) $x
---- 0
7 6 18 9 4 32 16 17 1 6 6
4 4 4
14 8 2 6
#### arithmetic short circuits
x=0; echo $((0 && x++)) $x $((1 || x++)) $x $((1 ? 5 : x++)) $x $((0 ? x++ : 6)) $x; : $((0 && 1/0)); echo ok
---- 0
0 0 1 0 5 0 6 0
ok
#### arithmetic with unset and strings
echo $((u+1)) $((u++)) $u; s=; echo $((s+2)); t=' 7 '; echo $((t*2)); a=b; b=c; c=9; echo $((a)); e='1+1'; echo $((e*3)) $((${e}*3)); echo $(("5"+'2'))
---- 1
1 0 1
2
14
9
6 4
#### arithmetic in other places
a=(0 1 2 3); i=1; echo ${a[i+1]} ${a[@]:i:2}; x=abcdef; echo ${x:i:i+1} ${x:i+1}; for ((i=0,j=10; i<j; i+=3, j-=2)); do echo $i $j; done; let "k = 3 + 4" k++; echo $k; ((k > 5 && k < 10)) && echo between
---- 0
2 1 2
bc cdef
0 10
3 8
8
between
#### arithmetic errors
(echo $((08)); echo no); echo $?; (echo $((2#3)); echo no); echo $?; (x='1 2'; echo $((x)); echo no); echo $?
---- 0
1
1
1
#### arithmetic errors at run time
(echo $((08)); echo no); echo $?; (x='1 2'; echo $((x)); echo no); echo $?; (x='1+'; ((x)); echo no); echo $?; echo end
---- 0
1
1
no
0
end
#### tests with strings
[[ a < b && b > a ]] && echo 1; [ a \< b ] && echo 2; [ b \> a ] && echo 3; [[ "a b" == a\ b ]] && echo 4; [[ abc == ??c ]] && echo 5; [[ abc != a* ]] || echo 6; [[ -z $u && ! -n $u ]] && echo 7; [[ $u == '' ]] && echo 8; x='a*'; [[ abc == $x ]] && echo 9; [[ abc == "$x" ]] || echo 10
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
#### tests with regular expressions
[[ foo123 =~ ^([a-z]+)([0-9]+)$ ]] && echo "${BASH_REMATCH[0]} ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"; [[ 'a b' =~ a\ b ]] && echo 2; [[ a.b =~ a[.]b ]] && echo 3; [[ axb =~ a.b ]] && echo 4; p='^x|y$'; [[ ay =~ $p ]] && echo 5; [[ '$x' =~ \$x ]] && echo 6; [[ a =~ (b)?a ]] && echo "[${BASH_REMATCH[1]}]" ${#BASH_REMATCH[@]}; [[ ab =~ ^(a|ab)(b?)$ ]] && echo "${BASH_REMATCH[1]}"; [[ 'x"y' =~ x\"y ]] && echo 9; [[ a =~ a{1,2} ]] && echo 10
---- 0
foo123 foo 123
2
3
4
5
6
[] 2
a
9
10
#### tests with numbers
x=5; [[ x -eq 5 ]] && echo 1; [[ 5 -eq 5.0 ]] 2>/dev/null || echo 2; [[ 0x10 -eq 16 ]] && echo 3; [ 0x10 -eq 16 ] 2>/dev/null || echo 4; [[ -1 -lt 0 ]] && echo 5; [ -1 -lt +1 ] && echo 6
---- 0
1
2
3
4
5
6
#### tests of precedence
[[ a == b || c == c && d == d ]] && echo 1; [[ ! ( a == a && b == c ) ]] && echo 2; [ a = a -o b = c -a c = d ] && echo 3; [ ! a = b -a c = c ] && echo 4; [[ ! a == b && ! c == d ]] && echo 5
---- 0
1
2
3
4
5
#### tests of files
mkdir d; touch f; chmod 000 f; [ -r f ] && echo r; ln f g; [ f -ef g ] && echo same; chmod u+s,g+s f; chmod +t d; [ -u f ] && [ -g f ] && [ -k d ] && echo bits; [ -S f ] || echo nosock; [ -b f ] || [ -c f ] || echo nodev; [[ -d d && ! -d f ]] && echo dir; [ -e d/. ] && [ -d d/ ] && echo slash; [ -f f/ ] || echo notdir
---- 0
r
same
bits
nosock
nodev
dir
slash
notdir
#### read from descriptors and loops
printf '1\n2\n3\n' > f; exec 3< f; read -u 3 a; read b <&3; echo $a $b; while read -r -u 3 c; do echo "c=$c"; done; exec 3<&-; { read x; read y; } < f; echo $x$y; read -r x y < <(echo p q); echo $x $y
---- 0
1 2
c=3
12
p q
#### read leaves the rest to others
printf 'a\nb\nc\n' | { read x; echo "x=$x"; cat; }; printf '1 2\n3 4\n' | while read p q; do echo $q | cat; done
---- 0
x=a
b
c
2
4
#### read splits
IFS=, read -r a b c <<< '1,2,3,4'; echo "$a|$b|$c"; IFS=, read -r a b <<< ',x'; echo "[$a][$b]"; IFS=, read -r a b <<< 'x,'; echo "[$a][$b]"; IFS=', ' read -r a b c <<< ' 1 , 2,,3'; echo "[$a][$b][$c]"; read -r a b <<< $'\t x \t y z \t'; echo "[$a][$b]"; IFS= read -r a <<< $' \tx '; echo "[$a]"
---- 0
1|2|3,4
[][x]
[x][]
[1][2][,3]
[x][y z]
[ 	x ]
#### mapfile and pipes
printf 'a\nb\n' | { mapfile -t x; echo ${#x[@]} ${x[1]}; }; mapfile -t y <<< $'p\nq'; echo "${y[@]}"; mapfile -t z < <(seq 3); echo ${z[*]}; readarray -t -n 1 w <<< $'1\n2'; echo ${#w[@]}
---- 0
2 b
p q
1 2 3
1
#### process substitution as files
cat <(echo a) <(echo b); diff <(printf '1\n2\n') <(printf '1\n3\n') | head -n 1; wc -l < <(seq 5); f() { cat "$1"; }; f <(echo arg)
---- 0
a
b
2c2
5
arg
#### command substitution strips and nests
x=$(printf 'a\n\nb\n\n\n'); echo "[$x]"; echo "$(echo "$(echo 'deep "quotes"')")"; echo `echo \`echo back\``; y=$(cat <<EOT
here $((1+1))
EOT
); echo "$y"; z=$(case x in x) echo paren;; esac); echo $z; echo $(echo a # comment
)
---- 0
[a

b]
deep "quotes"
back
here 2
paren
a
#### statuses
true; false; echo $?; (exit 42); echo $?; x=$(exit 7); echo $?; echo $(exit 8) $?; [ 1 = 2 ]; echo $?; nosuchvar=; echo $?; ! (exit 3); echo $?; : ; echo $?; { false; }; echo $?; if false; then :; fi; echo $?; for i in; do :; done; echo $?; case x in y) false;; esac; echo $?; while false; do :; done; echo $?
---- 0
1
42
7
8
1
0
0
0
1
0
0
0
0
#### pipe statuses
true | false | (exit 3); echo "${PIPESTATUS[@]}"; echo "${PIPESTATUS[@]}"; false; echo ${PIPESTATUS[0]}; ! true | false; echo $? "${PIPESTATUS[@]}"
---- 0
0 1 3
0
1
0 0 1
#### braces
echo {a,b,c} a{b,c}d {1..3}{x,y} {a..c}{1..2} {01..10..3} {z..w} {-2..2} {3..1} {a,{b,c},d} {,x}y a{,}b '{a,b}' \{a,b\} {a\,b,c} {a..} {..b} {a} {} {a,b}{ "{1..3}" {$x,y} ${x}{a,b} pre{"q r",s}post {1..$n}
---- 0
a b c abd acd 1x 1y 2x 2y 3x 3y a1 a2 b1 b2 c1 c2 01 04 07 10 z y x w -2 -1 0 1 2 3 2 1 a b c d y xy ab ab {a,b} {a,b} a,b c {a..} {..b} {a} {} a{ b{ {1..3} y a b preq rpost prespost {1..}
#### tildes
HOME=/h; echo ~ ~/a "~" '~' \~ x~ ~"/a" ~/"b c" a=~ a=x:~/y :~ ; p=~/a:~:~/b; echo $p; f() { echo "$1"; }; f --opt=~/x; export q=~/z; echo $q; case ~ in /h) echo case;; esac; [[ ~ == /h ]] && echo test; echo ${u:-~/d} "${u:-~/d}"
---- 0
/h /h/a ~ ~ ~ x~ ~/a /h/b c a=/h a=x:/h/y :~
/h/a:/h:/h/b
--opt=~/x
/h/z
case
test
/h/d ~/d
#### transformations
a=(x 'y z'); echo "${a[@]@Q}" "${a[*]^^}" "${a[@]^}" ${#a[@]}; s=HeLLo; echo ${s,,} ${s^^} ${s,}; echo ${s@L} ${s@U}; v='a"b$c`d\e'; echo ${v@Q}; declare -ir n=3; echo ${n@a}
---- 0
'x' 'y z' X Y Z X Y z 2
hello HELLO heLLo
hello HELLO
'a"b$c`d\e'
ir
#### substrings
x=0123456789; echo ${x:0:3} ${x:7} ${x:7:100} ${x: -3:2} ${x:(-4):-1} "[${x:10}]" "[${x:11}]" ${x::2} ${x:$((1+1)):1}; set -- a b c d; echo ${@:2} ${@:2:2} ${@: -1} ${@:0:1} ${*:3}; a=(p q r); echo ${a[@]:1} ${a[@]::2} ${a[*]: -2:1}
---- 0
012 789 789 78 678 [] [] 01 2
b c d b c d bash c d
q r p q q
#### removal of prefixes and suffixes
p=/usr/local/lib/libx.so.1.2; echo ${p#/} ${p##*/} ${p%/*} ${p%%/*}. ${p%.*} ${p%%.*} ${p#*/*/} ${p%%l*b}; x=aaa; echo ${x#a} ${x##a*} ${x%a} ${x#b}; y='[x]y'; echo ${y#\[x\]} ${y#[x]} "${y#"[x]"}"
---- 0
usr/local/lib/libx.so.1.2 libx.so.1.2 /usr/local/lib . /usr/local/lib/libx.so.1 /usr/local/lib/libx local/lib/libx.so.1.2 /usr/local/lib/libx.so.1.2
aa aa aaa
y [x]y y
#### replacements
x=hello.world; echo ${x/o/0} ${x//o/0} ${x/#h/H} ${x/%d/D} ${x//./_} ${x//[lo]/} ${x/l*o/-} ${x//x/y} ${x/o} "${x/o/ o }"; r='a/b'; echo ${x/o/$r} ${x//l/"&"} ${x//l/[&]} "${x//l/\&}"; e=; echo "[${e/x/y}]" "[${e/#/pre}]" "${x/#/pre}" "${x/%/post}"
---- 0
hell0.world hell0.w0rld Hello.world hello.worlD hello_world he.wrd he-rld hello.world hell.world hell o .world
hella/b.world he&&o.wor&d he[l][l]o.wor[l]d he&&o.wor&d
[] [pre] prehello.world hello.worldpost
#### prefixed names and lengths
ab1=x ab2=yy; echo ${!ab*} "${!ab@}" ${#ab1} ${#ab2} ${#}; set -- 1 2 3; echo ${#@} ${#*} ${#1}; n=ab2; echo ${!n} ${#n}; i=2; echo ${!i} ${!#}
---- 0
ab1 ab2 ab1 ab2 1 2 0
3 3 1
yy 3
2 3
#### indirect expansions
a=1; b=a; c=b; echo ${!b} ${!c}; arr=(x y); r='arr[1]'; echo ${!r}; r='arr[@]'; echo ${!r}; set -- p q; n=2; echo ${!n}; v=HOME; echo ${!v:-none}; u=unsetvar; echo ${!u-default}
---- 0
1 a
y
x y
q
/homeless-shelter
default
#### special parameters
set -- a 'b c'; echo $# "$1" "${2}" "$*" "$@" $?; f() { echo $# "$@" $0; }; f x; shift; echo $1 $#; set --; echo "[$1][$*]" $#; echo "${FUNCNAME[0]-none}"; g() { echo ${FUNCNAME[0]} ${FUNCNAME[1]}; h; }; h() { echo ${FUNCNAME[@]}; }; g
---- 0
2 a b c a b c a b c 0
1 x bash
b c 1
[][] 0
none
g main
h g main
#### last argument
echo a b; echo $_; : x; echo $_; y=1; echo "[$_]"
---- 0
a b
b
x
[]
#### getopts in a loop
parse() { local OPTIND opt v= n=; while getopts ':vn:h' opt; do case $opt in v) v=1;; n) n=$OPTARG;; h) echo help;; :) echo "needs $OPTARG";; \?) echo "bad $OPTARG";; esac; done; shift $((OPTIND-1)); echo "v=$v n=$n rest=$*"; }; parse -v -n 5 a b; parse -vn5 -- -x; parse -n; parse -z a; parse a -v; parse -hv
---- 0
v=1 n=5 rest=a b
v=1 n=5 rest=-x
needs n
v= n= rest=
bad z
v= n= rest=a
v= n= rest=a -v
help
v=1 n= rest=
#### printf formats
printf '%5s|%-5s|%05.1f|%+d|%x|%#x|%#o|%e|%c|%b|%%\n' ab cd 3.14159 7 255 255 8 12345.678 xyz 'a\tb'; printf '%s %s\n' a b c; printf '%d %i\n' 10 0x1F; printf '%3d|%-3d|%03d\n' 5 5 5; printf '%.3s|%.0f|%5.2s|\n' abcdef 2.5 xyz; printf '%*d|%-*d|%.*f\n' 5 42 5 42 2 3.14159; printf '%q %q %q\n' 'a b' "it's" ''; printf '\x41\102\n'; printf 'no newline'; echo; printf '%s\n' "${a[@]}"; printf -- '--\n'; printf '%u %o\n' -1 64; printf '%s'; printf '%5%|\n' 2>/dev/null
---- 1
   ab|cd   |003.1|+7|ff|0xff|010|1.234568e+04|x|a	b|%
a b
c 
10 31
  5|5  |005
abc|2|   xy|
   42|42   |3.14
a\ b it\'s ''
AB
no newline

--
18446744073709551615 100
#### printf into variables
printf -v v '%s-%d' x 5; echo "$v"; printf -v a[2] '%03d' 7; echo ${a[2]}; declare -A m; printf -v m[k] z; echo ${m[k]}; f() { local l; printf -v l in; echo $l; }; f; echo "[${l-unset}]"
---- 0
x-5
007
z
in
[unset]
#### echo options
echo -e 'a\nb\tc\\d'; echo -E 'a\nb'; echo -n x; echo; echo -nn y; echo; echo -en 'z\n'; echo - -- -a; echo -e '\x41\0101\e[0m' | head -c 2; echo; echo 'a\c' b; echo -e 'a\cb' c; echo
---- 0
a
b	c\d
a\nb
x
y
z
- -- -a
AA
a\c b
a
#### functions and names
my-func() { echo dash; }; my-func; a.b() { echo dot; }; a.b; f1 () { echo "f1 $*"; }; f1 a b; unset -f f1; type -t f1 || echo gone; f() { f() { echo second; }; echo first; }; f; f
---- 0
dash
dot
f1 a b
gone
first
second
#### sub-shells keep to themselves
x=1; (x=2; cd /; set -f; f() { echo sub; }; trap 'echo t' EXIT; umask 077); echo $x ${PWD##*/} $-; type -t f; umask; (exit 3) ; echo $?
---- 0
t
1 old_out hB
0022
3
#### sub-shells keep to themselves again
mkdir d; x=1; (x=2; cd d; set -f; f() { echo sub; }; trap 'echo t' EXIT; umask 077); echo $x ${PWD##*/}; type -t f; umask; (exit 3) ; echo $?
---- 0
t
1 old_out
0022
3
#### the working directory
mkdir -p a/b c; cd a/b; echo $OLDPWD | sed 's|.*/||'; cd ../../c; pwd | sed 's|.*/||'; cd ~- && pwd | sed 's|.*/||'; cd 2>/dev/null; echo $?; cd nowhere; echo $?; cd ''; echo $?; (cd ../.. && pwd | sed 's|.*/||'); pushd ../../c > /dev/null && dirs | wc -w; popd > /dev/null; cd a b 2>/dev/null || echo many
---- 0
old_out
c
b
1
1
0
old_out
2
many
#### removed working directory and links
mkdir -p a/b; ln -s a/b l; cd l; echo x > ../f; cd ..; ls; ls a; cd l/..; ls; cd -P l/..; ls; cd ..; cd "$PWD/l"; pwd | sed 's|.*/||'; cd -P .; pwd | sed 's|.*/a|a|'
---- 0
a
l
b
f
a
l
b
f
l
a/b
#### umask
umask 022; mkdir a; touch b; umask 077; mkdir c; touch d; echo x > e; umask g+rx,o=r; umask; umask -S; touch f; stat -c '%a %n' *; umask 8; echo $?
---- 0
0023
u=rwx,g=rx,o=r
755 a
644 b
700 c
600 d
600 e
644 f
1
#### jobs in the background
{ echo a > f; exit 2; } & p=$!; wait $p; echo $? $(cat f); sleep 0 & sleep 0 & wait; echo $?; (exit 4) & wait %1; wait $!; echo $?; for i in 1 2; do echo $i >> g & done; wait; sort g; cat < /dev/null & wait
---- 0
2 a
0
4
1
2
#### lastpipe
shopt -s lastpipe; echo a b | read x y; echo $x $y; seq 3 | while read n; do t=$((t+n)); done; echo $t; printf 'p\nq\n' | mapfile -t m; echo ${m[1]}
---- 0
a b
6
q
#### sh and bash as commands
sh -c 'echo $#:$1:$0' zero one; echo 'echo from stdin $1' | sh -s 2>/dev/null arg || echo 'x'; printf 'echo file $0 $1\nexit 3\n' > s; sh s a; echo $?; bash -c 'x=5; echo $x'; echo "[$x]"; x=exported; export x; sh -c 'echo $x; x=changed'; echo $x; sh -ec 'false; echo no'; echo $?; sh -c 'cd /tmp 2>/dev/null; :'; cat <<EOT | sh
echo piped
EOT
---- 0
1:one:zero
from stdin arg
file s a
3
5
[]
exported
exported
1
piped
#### env and xargs re-enter
A=1 env B=2 sh -c 'echo $A$B'; printf 'a b\nc\n' | xargs echo; printf 'a\0b c\0' | xargs -0 -n1 sh -c 'echo "[$0]"'; echo x | xargs -I{} sh -c 'echo got {}'; env -i sh -c 'echo [$HOME]'; find . -maxdepth 0 -exec sh -c 'echo $#' _ a b \;
---- 0
12
a b c
[a]
[b c]
got x
[]
2
#### comments and continuations
echo a; # comment ; echo no
echo 'b # not' "c # not" d#not \# e # yes
echo f \
  g; if true; then # x
  echo h # y
fi
: <<'C'
echo no
C
echo i && # j
echo k |
cat
---- 0
a
b # not c # not d#not # e
f g
h
i
k
#### quoting of newlines and tabs
x=$'a\tb\nc'; echo "$x"; echo $x; printf '%q\n' "$x"; y='multi
line'; echo "$y"; echo "a\
b"; echo 'a\
b'; z="$(printf 'q\nr')"; echo "$z"
---- 0
a	b
c
a b c
$'a\tb\nc'
multi
line
ab
a\
b
q
r
#### set and positional parameters in functions
f() { set -- x y z; echo $# $1; shift; echo $1; }; set -- a; f 1 2; echo $# $1; set -- -e -n; echo $1 $#; set -- "$@" more; echo $#
---- 0
3 x
y
1 a
2
3
#### long pipelines
seq 100 | grep 7 | sed 's/7/x/' | tr x y | sort -r | head -n 3 | while read l; do echo "l=$l"; done; echo abc | rev | cat | tr a-z A-Z; printf '%s\n' c a b | sort | paste -sd,
---- 0
l=y9
l=y8
l=y7
CBA
a,b,c
#### output of a group to a pipe and a file
{ echo 1; echo 2 >&2; echo 3; } 2> err | tee out | wc -l; cat err out


---- 0
2
2
1
3
#### lists in quotes
declare -a b='(3 4)'; echo ${b[0]}
---- refused a list in quotes
#### extended patterns without extglob
[[ aab == +(a)b ]] && echo test; p='+(a)'; case aa in $p) echo no;; *) echo literal;; esac; x=aa+; echo ${x#$p}
---- 0
test
literal
aa+
#### extended patterns that are off
case aa in +(a)) echo no;; esac
---- refused shopt -s extglob
