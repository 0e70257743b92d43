#### if
if true; then echo a; elif true; then echo b; else echo c; fi; if false; then echo a; elif true; then echo b; fi; if false; then :; fi; echo $?
---- 0
a
b
0
#### for
for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done; for ((i=0;i<3;i++)); do echo $i; done; for i; do echo no; done; echo $?
---- 0
1
3
0
1
2
0
#### while until
i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && break; done; echo $i; until [ $i -ge 5 ]; do ((i++)); done; echo $i
---- 0
2
5
#### break levels
for i in 1 2; do for j in 1 2; do echo $i$j; break 2; done; done; for i in 1 2; do for j in 1 2; do echo $i$j; continue 2; done; done
---- 0
11
11
21
#### case
for x in abc xyz '*' a.c; do case $x in a*) echo A;; \*) echo star;; x?z) echo Q;; *) echo other;; esac; done
---- 0
A
Q
star
A
#### case quoted and variable
p='a*'; x=abc; case $x in "$p") echo lit;; $p) echo pat;; esac; case "" in "") echo empty;; esac
---- 0
pat
empty
#### case fallthrough
case a in a) echo 1;& b) echo 2;; c) echo 3;; esac; case a in a) echo 1;;& ?) echo 2;; *) echo 3;; esac
---- 0
1
2
1
2
#### case alternatives
case foo in bar|foo) echo yes;; esac; case -x in -*) echo opt;; esac
---- 0
yes
opt
#### functions
f() { echo "$1 $#"; return 3; }; f a b; echo $?; function g { local x=1; echo $x; }; x=9; g; echo $x
---- 0
a 2
3
1
9
#### local
x=1; f() { local x=2; g; echo $x; }; g() { echo $x; x=3; }; f; echo $x
---- 0
2
3
1
#### local without value
x=1; f() { local x; echo "[${x-unset}]"; x=5; }; f; echo $x
---- 0
[unset]
1
#### recursion
fact() { if (( $1 <= 1 )); then echo 1; else echo $(( $1 * $(fact $(($1-1))) )); fi; }; fact 10
---- 0
3628800
#### function in a subshell
f() ( x=2; exit 4 ); x=1; f; echo $? $x
---- 0
4 1
#### unset function
f() { echo hi; }; f; unset -f f; type -t f; echo $?
---- 0
hi
1
#### subshell variables
x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x
---- 0
2
1
3
#### pipe variables
x=1; echo 5 | read x; echo $x; printf '1\n2\n' | while read n; do x=$n; done; echo $x
---- 0
1
1
#### pipe exit
false | true; echo $?; true | false; echo $?; set -o pipefail; false | true; echo $?; (exit 3) | (exit 4) | true; echo $?
---- 0
0
1
1
4
#### pipe with cd
mkdir d; true | cd d; echo ${PWD##*/}
---- 0
old_out
#### pipestatus
false | true | (exit 3); echo ${PIPESTATUS[@]}
---- 0
1 0 3
#### negation
! true; echo $?; ! false; echo $?; if ! false; then echo yes; fi
---- 0
1
0
yes
#### and or
true && echo a || echo b; false && echo a || echo b; false || false || echo c; true || echo d && echo e
---- 0
a
b
c
e
#### errexit
set -e; echo a; false; echo b
---- 1
a
#### errexit in conditions
set -e; if false; then :; fi; false || true; false && true; ! true; while false; do :; done; echo ok
---- 0
ok
#### errexit in a function in a condition
set -e; f() { false; echo inside; }; if f; then echo yes; fi; f || true; f && echo and; echo end
---- 0
inside
yes
inside
inside
and
end
#### errexit in a subshell in a condition
set -e; if (false; echo inside); then echo yes; fi; (false; echo inside2) || echo no; echo end
---- 0
inside
yes
inside2
end
#### errexit in a function with a subshell in a condition
set -e; f() ( false; echo inside ); if f; then echo yes; fi; g() { (false; echo in2); echo in3; }; g || true; ! g; echo end
---- 0
inside
yes
in2
in3
in2
in3
end
#### errexit with a subshell that fails
set -e; (false; echo no); echo no2
---- 1
#### errexit in a command substitution
set -e; x=$(false; echo continued); echo "$x"; echo $(false; echo more)
---- 0
continued
more
#### errexit with local
set -e; f() { local x=$(false); echo still; }; f; export y=$(false); echo still2
---- 0
still
still2
#### errexit with an assignment
set -e; x=$(false); echo no
---- 1
#### errexit in a pipe
set -e; false | true; echo a; true | false; echo b
---- 1
a
#### errexit in a pipe in a condition
set -e; if { false; echo in; } | cat; then echo yes; fi; { false; echo in2; } | cat || true; echo x | { false; echo in3; } || true; echo end
---- 0
in
yes
in2
in3
end
#### errexit in a group
set -e; { false; echo no; } ; echo no2
---- 1
#### errexit in a loop
set -e; for i in 1 2; do echo $i; false; done; echo no
---- 1
1
#### errexit and arithmetic
set -e; ((1)); echo a; i=0; ((i++)) || true; ((0)); echo b
---- 1
a
#### errexit and test
set -e; [[ a = b ]] || echo c; [[ a = b ]]; echo d
---- 1
c
#### errexit function in and list
set -e; f() { false; }; f && true; echo a; f; echo b
---- 1
a
#### errexit last in and list
set -e; true && false; echo no
---- 1
#### errexit last in and list in a group
set -e; { true && false; }; echo no
---- 1
#### errexit last in and list in a function
set -e; f() { false && true; }; f; echo no
---- 1
#### errexit last in if
set -e; if true; then false && true; fi; echo yes
---- 0
yes
#### nounset
set -u; echo ${x-unset}; echo $x; echo no
---- 1
unset
#### nounset with arrays
set -u; a=(); echo "${a[@]}" ${#a[@]}; echo "$@"; echo ok
---- 0
0

ok
#### exit in a subshell
(exit 5); echo $?; (set -e; false; echo no); echo $?
---- 0
5
1
#### exit status
exit 7
---- 7
#### exit large
(exit 256); echo $?; (exit -1); echo $?
---- 0
0
255
#### trap on exit
trap 'echo bye' EXIT; echo hi; exit 3
---- 3
hi
bye
#### trap on exit with status
trap 'echo "status $?"' EXIT; false
---- 1
status 1
#### trap replaced
trap 'echo a' EXIT; trap - EXIT; trap 'echo b' 0; echo hi
---- 0
hi
b
#### trap in a subshell
(trap 'echo sub' EXIT; echo in); echo out
---- 0
in
sub
out
#### trap with signals
trap 'echo x' INT TERM; trap '' HUP; echo ok
---- 0
ok
#### trap on ERR
trap 'echo err' ERR; false; true; echo end
---- 0
err
end
#### return
f() { return; }; false; f; echo $?; g() { false; return; }; g; echo $?; h() { return 300; }; h; echo $?
---- 0
1
1
44
#### eval
x='echo "a b"'; eval $x; eval "$x"; eval 'y=5; echo $y'; echo $y; eval; echo $?
---- 0
a b
a b
5
5
0
#### eval with syntax error
eval 'if'; echo $?
---- refused eval
#### source
echo 'echo "sourced $1 $#"; v=5; return 3; echo no' > f.sh; . ./f.sh x y; echo $? $v $#; source f.sh
---- 3
sourced x 2
3 5 0
sourced  0
#### source missing
. ./nothere; echo $?
---- 0
1
#### exec
exec echo replaced; echo no
---- 0
replaced
#### exec redirection
exec > out; echo to file; exec 2>&1; echo more
---- 0
#### background
x=1; { x=2; echo bg; exit 3; } & wait $!; echo $? $x; false & true; wait; echo $?
---- 0
bg
3 1
0
#### coproc
coproc cat; echo no
---- refused coproc
#### select
select x in a b; do break; done < /dev/null; echo "[$x]"
---- refused select
#### time
time true
---- refused time
#### process substitution
while read l; do echo $l; done < <(echo a)
---- 0
a
#### variables before a command
x=1; f() { echo $x; }; x=2 f; echo $x; x=3 :; echo $x; x=4 eval 'echo $x'; echo $x
---- 0
2
1
1
4
1
#### export
export A=1; B=2; env | grep -c '^[AB]='; export B; sh -c 'echo $A$B'; export -n A; sh -c 'echo [$A]'
---- 0
1
12
[]
#### readonly
readonly r=1; r=2; echo no
---- 1
#### readonly in a function
readonly r=1; (unset r); echo $r; f() { local r=2; echo in; }; f; echo "$r"
---- 0
1
in
1
#### declare
declare -i n=5; n=n+1; echo $n
---- 0
6
#### declare case
declare -u up=abc; echo $up
---- 0
ABC
#### declare global
f() { declare -g gl=1; declare lo=2; }; f; echo "$gl[$lo]"
---- 0
1[]
#### declare combined
f() { declare -gx G=1; local -r L=2; echo $L; }; f; sh -c 'echo $G'
---- 0
2
1
#### nameref
declare -n ref=target; target=5; echo $ref; ref=6; echo $target; f() { local -n r=$1; r=7; }; f target; echo $target
---- 0
5
6
7
#### hash bang line and comments
# comment
echo a # trailing
: '# not a comment'; echo a#b
---- 0
a
a#b
#### line continuation
echo a \
b; x=a\
b; echo $x
---- 0
a b
ab
#### semicolons and newlines
if true
then
echo a
fi
{ echo b
}
f()
{
echo c
}
f
---- 0
a
b
c
#### special variables
echo $0; echo $#; true; echo $?; echo ${#@}
---- 0
bash
0
0
0
#### underscores
echo a b c; echo $_
---- 0
a b c
c
#### process number
echo $$ > /dev/null; echo ok; [ $$ = $$ ] && echo same
---- 0
ok
same
#### random
echo $RANDOM > /dev/null
---- refused RANDOM
#### seconds
echo $SECONDS
---- 0
0
#### line number
echo $LINENO
echo $LINENO
---- 0
1
2
#### bash variables
echo ${BASH_VERSION%%.*} ${BASH_VERSINFO[0]}
---- refused BASH_VERSI
#### funcname
f() { echo ${FUNCNAME[0]}; }; f
---- 0
f
