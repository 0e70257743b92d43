#### escapes
x=a\ b; echo "$x"; y=\$HOME; echo $y; echo a\*b \"q\" ; echo "a\"b\$c\`d\\e\f"
---- 0
a b
$HOME
a*b "q"
a"b$c`d\e\f
#### dollar single quotes
printf '%s|' $'a\tb\n' $'\x41\101\u0042' $'it\'s' $'\e[0m' ; echo
---- 0
a	b
|AAB|it's|[0m|
#### word splitting
x='  a  b c '; set -- $x; echo $#; printf '[%s]' $x "$x"; echo
---- 0
3
[a][b][c][  a  b c ]
#### splitting with IFS
IFS=:; x=a::b:; set -- $x; echo $#; printf '[%s]' "$@"; echo
---- 0
3
[a][][b]
#### IFS leading
IFS=:; x=:a; set -- $x; echo $#
---- 0
2
#### IFS whitespace and not
IFS=', '; x='a , b,,c'; set -- $x; echo $#; printf '[%s]' "$@"; echo
---- 0
4
[a][b][][c]
#### join with IFS
IFS=,; set -- a b c; echo "$*"; a=(x y); echo "${a[*]}"
---- 0
a,b,c
x,y
#### at sign
set -- 'a b' c; for i in "$@"; do echo "[$i]"; done; for i in $@; do echo "<$i>"; done; echo "x$@y"
---- 0
[a b]
[c]
<a>
<b>
<c>
xa b cy
#### empty at
set --; for i in "$@"; do echo no; done; echo "[$*]" "$@" end
---- 0
[] end
#### defaults
unset u; e=; echo "${u-1} ${u:-2} ${e-3} ${e:-4} ${u+5} ${e+6} ${e:+7}"; : ${u:=8}; echo $u
---- 0
1 2  4  6 
8
#### default with quotes
unset u; echo ${u:-a   b} "${u:-a   b}" "${u:-"x y"}"
---- 0
a b a   b x y
#### error when unset
(unset u; echo "${u:?not set}"; echo after); echo $?
---- 0
1
#### lengths
x=hello; echo ${#x}; set -- a b; echo $# ${#}; a=(1 2 3); echo ${#a[@]} ${#a} ${#a[1]}
---- 0
5
2 2
3 1 1
#### length in the C locale
x=é; echo ${#x}
---- 0
2
#### substrings
x=abcdef; echo ${x:2} ${x:2:2} ${x: -2} ${x:1:-1} ${x:0:0}.
---- 0
cdef cd ef bcde .
#### prefix suffix
f=/usr/lib/lib.so.1; echo ${f##*/} ${f%/*} ${f%%.*} ${f#*/} ${f%.*}
---- 0
lib.so.1 /usr/lib /usr/lib/lib usr/lib/lib.so.1 /usr/lib/lib.so
#### suffix with quotes
x='a*b'; echo "${x%"*"b}" "${x#a"*"}" "${x#"a*"}"
---- 0
a b b
#### prefix with a quoted variable
d='a[b]'; x='a[b]/c'; echo "${x#"$d"/}" "${x#$d/}"
---- 0
c a[b]/c
#### replace
x=aXbXc; echo ${x/X/-} ${x//X/-} ${x/#a/Z} ${x/%c/Z} ${x//X} ${x/b*/Q}
---- 0
a-bXc a-b-c ZXbXc aXbXZ abc aXQ
#### replace with quoted pattern
x='a.b*c'; echo "${x/'*'/S}" "${x/./D}" "${x//[.*]/_}"
---- 0
a.bSc aDb*c a_b_c
#### replace with slash
x=/a/b/c; echo ${x//\//-} "${x//'/'/:}"
---- 0
-a-b-c :a:b:c
#### replacement with ampersand
x=abc; echo "${x/b/[&]}" "${x/b/\&}"
---- 0
a[b]c a&c
#### case conversion
x=hello; echo ${x^} ${x^^} ; y=WORLD; echo ${y,} ${y,,} ${x^^[el]}
---- 0
Hello HELLO
wORLD world hELLo
#### indirect
a=b; b=c; echo ${!a}
---- 0
c
#### indirect array element
arr=(x y z); r='arr[1]'; echo ${!r}
---- 0
y
#### names with prefix
zz_a=1 zz_b=2; echo ${!zz_*} "${!zz_@}"
---- 0
zz_a zz_b zz_a zz_b
#### quote transformation
x="it's"; echo "${x@Q}"; y='a b'; echo ${y@Q}; z=plain; echo ${z@Q}
---- 0
'it'\''s'
'a b'
'plain'
#### other transformations
x='a\tb'; echo "${x@E}"; y=abc; echo ${y@U} ${y@u} ${y@L}
---- 0
a	b
ABC Abc abc
#### braces
echo {a,b}{1,2} {1..5} {01..03} {a..e} {5..1..2} x{,y}z {a} {a,b
---- 0
a1 a2 b1 b2 1 2 3 4 5 01 02 03 a b c d e 5 3 1 xz xyz {a} {a,b
#### braces nested
echo a{b,c{d,e}}f "{a,b}" {'a b',c}
---- 0
abf acdf acef {a,b} a b c
#### tilde
echo ~ ~/x "~" a~ x=~; y=~/z; echo $y; PATHS=~/a:~/b; echo $PATHS
---- 0
/homeless-shelter /homeless-shelter/x ~ a~ x=/homeless-shelter
/homeless-shelter/z
/homeless-shelter/a:/homeless-shelter/b
#### tilde of a user that is not there
echo ~nosuchuser/x
---- 0
~nosuchuser/x
#### arithmetic
echo $((1+2*3)) $((7/2)) $((-7/2)) $((7%3)) $((2**10)) $((1<<4)) $((5>3)) $((1?2:3)) $((~0)) $((!5)) $((0x1f)) $((010)) $((2#101))
---- 0
7 3 -3 1 1024 16 1 2 -1 0 31 8 5
#### arithmetic assignment
x=5; ((x+=3)); echo $x; ((x++)); echo $x $((x--)) $x; let y=x*2; echo $y; echo $((z=4)) $z
---- 0
8
9 9 8
16
4 4
#### arithmetic with text of an expression
x='1+2'; echo $((x*2)) $(($x*2))
---- 0
6 5
#### arithmetic with a bad number
x=abc; abc=7; echo $((x)); y=08; echo $((y)); echo after
---- 1
7
#### arithmetic status
((0)); echo $?; ((1)); echo $?; let 0; echo $?
---- 0
1
0
1
#### division by zero
echo $((1/0)); echo after
---- 1
#### arithmetic comma and logic
echo $((a=1,b=2,a+b)) $((1&&0)) $((0||3)) $((5&3)) $((5|3)) $((5^3))
---- 0
3 0 1 1 7 6
#### nested arithmetic
x=2; echo $(( (x+1)*$((x+2)) )) $[1+1]
---- 0
12 2
#### comparisons do not assign
i=0; until (( i >= 3 )); do ((++i)); done; (( i <= 3 )) && (( i == 3 )) && (( i != 4 )) && echo $i $((i<<=1)) $((i>>=2))
---- 0
3 6 1
#### big numbers
echo $((9223372036854775807+1)) $((1<<63))
---- 0
-9223372036854775808 -9223372036854775808
#### command substitution
x=$(echo a; echo b); echo "$x"; echo $x; y=$(printf 'a\n\n\n'); echo "[$y]"; z=`echo back`; echo $z
---- 0
a
b
a b
[a]
back
#### command substitution nested
echo $(echo $(echo deep)) "$(echo "quoted $(echo "inner x")")"
---- 0
deep quoted inner x
#### status of a command substitution
x=$(exit 3); echo $?; x=$(false)y; echo $?; : $(exit 4); echo $?
---- 0
3
1
0
#### globs
touch a.txt b.txt c.md .h; mkdir d; touch d/x.txt; echo *.txt; echo *; echo .*; echo d/*; echo */; echo nomatch*; echo [ab].txt; echo ?.md
---- 0
a.txt b.txt
a.txt b.txt c.md d
.h
d/x.txt
d/
nomatch*
a.txt b.txt
c.md
#### globs quoted
touch a b; echo "*" '*' \*; x='*'; echo "$x"; echo $x
---- 0
* * *
*
a b
#### globs with options
touch a; shopt -s nullglob; echo x*; shopt -u nullglob; shopt -s dotglob; touch .b; echo *
---- 0

.b a
#### globstar
mkdir -p a/b/c; touch a/b/c/f; shopt -s globstar; echo **; echo a/**; echo **/f
---- 0
a a/b a/b/c a/b/c/f
a/ a/b a/b/c a/b/c/f
a/b/c/f
#### extended globs
touch a.c a.h a.o; shopt -s extglob
echo !(*.c); echo @(a.c|a.h); echo *.+(c|h)
---- 0
a.h a.o
a.c a.h
a.c a.h
#### ranges in globs
touch a B c D; echo [a-c]; echo [A-D]; echo [!a]; echo [^a]; echo [[:upper:]]
---- 0
a c
B D
B D c
B D c
B D
#### heredoc
x=5
printf '%s' "$(cat <<EOF
a $x \$x \`b\` "q" $(echo sub) $((1+1))
\\ \a
EOF
)"; echo
---- 0
a 5 $x `b` "q" sub 2
\ \a
#### heredoc quoted
while read -r l; do echo "$l"; done <<'EOF'
a $x \$x `b`
EOF
---- 0
a $x \$x `b`
#### heredoc tabs
while IFS= read -r l; do echo "[$l]"; done <<-EOF
	a
		b
	EOF
---- 0
[a]
[b]
#### heredoc with expansions of many kinds
a=(1 2); x='a  b'
cat <<EOF
${a[@]} $x ${x/a/c} "$x" '$x' ${u:-"q"} ~ * {a,b}
EOF
---- 0
1 2 a  b c  b "a  b" 'a  b' q ~ * {a,b}
#### herestring
read a b <<< "one two three"; echo "$a|$b"
---- 0
one|two three
#### null characters
x=$(printf 'a\0b'); echo "$x"
---- 0
ab
#### parameters
set -- a b c d e f g h i j k; echo $1 ${10} ${11} $10; shift 3; echo $1 $#; echo ${@:2:2} ${*: -1}
---- 0
a j k a0
d 8
e f k
#### shift too far
set -- a; shift 2; echo $? $#
---- 0
1 1
#### shift nothing
set --; shift; echo $?
---- 0
1
