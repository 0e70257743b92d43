#### -i
printf 'a\nb\n' >f
sed -i s/a/x/ f
sed -i.bak 's/b/y/' f
cat f f.bak
printf '1\n' >g
sed -i 's/$/!/' f g
sed -i -e '1d' f
ln -s g l
sed -i s/1/2/ l
chmod 4755 g
chown 5:6 g
sed -i s/2/3/ g
sed --in-place=.o s/3/4/ g
#### -i -E
printf 'PORT=80\n#HOST=x\nLIST=a,b\n' >conf
sed -i -E 's/^#?(HOST)=.*/\1=y/; s/PORT=([0-9]+)/PORT=\10/' conf
sed -i -E -e '/^LIST/s/,/ /g' -e '$a END=1' conf
sed -ri 's/(a|b)+/<&>/' conf
sed -i '/END/d' conf
#### -n
seq 10 | sed -n 3p
seq 10 | sed -n '2,4p;$p'
seq 10 | sed -n '/5/,/7/p'
seq 10 | sed -n '$='
seq 10 | sed -n '0~3p'
seq 10 | sed -n '2~4p'
seq 10 | sed -n '8,+1p'
seq 10 | sed -n '3!{5!p}' | tail -2
seq 3 | sed -n --expression=1p
seq 4 | sed -n '/2/{p;q}'
#### -e -f
printf 's/a/b/\n# comment\n/x/d\n' >prog
printf 'a\nx\na\n' | sed -f prog
echo abc | sed -e s/a/1/ -e s/b/2/
printf 'a\n' | sed -e 'i\' -e 'before'
printf 'a\n' | sed --file=prog
#### -s -z
printf '1\n2\n' >a
printf '3\n4\n' >b
sed -s '$s/$/ end/' a b
sed '$s/$/ end/' a b
sed -n '$=' a b
sed -z 's/\n/,/g' a
sed -n 'F' a
#### substitution
echo aaa | sed s/a/b/2
echo aaa | sed s/a/b/2g
echo hello | sed 's/l*/x/g'
echo 'a/b' | sed 's|/|:|'
echo Hello | sed 's/h/j/I'
echo hello | sed 's/.*/\U&/; s/L/\l&/'
echo 'one two' | sed 's/\(.*\) \(.*\)/\2 \1/'
echo hello | sed 's/\bh/<&/;s/o\b/>/'
echo foo.bar | sed -E 's/([^.]+)\.(.*)/\u\1-\U\2\E!/'
printf 'a\nb\n' | sed 's/a/x\
y/'
echo abc | sed 's/b/\n/;s/c/\t|/'
echo path | sed "s#path#/usr/bin#w out"
echo a | sed -n 's/a/b/p'
echo 'a+b' | sed 's/a+b/x/'
echo 'aab' | sed 's/a\+b/x/;s/y\?$/z/'
echo abab | sed -E 's/(ab){2}/x/'
#### commands
seq 3 | sed '2i\before'
seq 3 | sed '2a after'
seq 3 | sed '2c\changed'
seq 3 | sed '1,2c changed'
seq 3 | sed y/123/abc/
seq 3 | sed '2q'
seq 3 | sed '2Q'
seq 3 | sed 'q5' || echo $?
seq 4 | sed 'N;s/\n/-/'
seq 4 | sed '$!N;P;D'
seq 3 | sed -n 'H;${x;s/\n/,/g;p}'
seq 3 | sed '1!G;h;$!d'
printf 'a\tb\\\n' | sed -n l
seq 3 | sed =
seq 6 | sed '/2/,/4/d'
printf 'a\nb\n' | sed -e ':a' -e '$!{N;ba' -e '}' -e 's/\n/+/'
echo x >r
seq 2 | sed '1r r'
seq 2 | sed '1w w'
printf 'a b\n' | sed 's/a/&&/;t;s/b/never/'
seq 5 | sed '2,3{s/^/>/}'
seq 3 | sed '/2/I!d'
seq 5 | sed '2,4!d'
seq 2 | sed '1{h;d};G'
#### last lines and errors
printf 'no newline' | sed s/no/a/
printf 'a' >f
printf 'b\n' >g
sed '' f g
sed -i 's/x/y/' f
sed p missing f 2>/dev/null || echo $?
sed 's/a' f 2>/dev/null || echo $?
sed -n 2>/dev/null || echo $?
sed -u -l 5 s/a/b/ f
sed --quiet --regexp-extended 's/(a)/\1\1/p' f
#### addresses -n
seq 12 >f
sed -n '/3/,/6/{//!p}' f
sed '0,/1/s//one/' f | head -2
sed '/5/,+2d' f | head -6
sed -n '/9/,$p' f
sed '2,$!d' f | wc -l
sed -n '4,~4p' f
sed -n '\|1|p' f
sed '1~3d' f
sed '/2/!s/$/ x/' f | tail -3
sed -n '10,2p' f
sed '$d;1d' f | head -1
sed -n '/^1/{/0/p}' f
sed 'n;d' f | head -2
sed -n '2{p;n;n;p}' f
sed '/7/c\seven' f | sed -n 7p
sed '5,$c\rest' f | tail -1
#### regular expressions -E
echo 'a  b	c' | sed 's/\s\+/ /g'
echo 'foo_bar baz' | sed 's/\w\+/<&>/g'
echo 'hello world' | sed -E 's/\b(.)/\u\1/g'
echo 'x=1;y=2' | sed -E 's/([a-z])=([0-9])/\2=\1/2'
echo 'aXbXc' | sed 's/X/\n/g'
echo 'a.b' | sed 's/\./\\./'
echo "it's" | sed "s/'/\"/"
echo '/usr/lib' | sed 's,/,\\/,g'
echo 'key: value' | sed -E 's/^[[:space:]]*([^:]+):[[:space:]]*/\1=/'
echo 'aaa' | sed -E 's/a{2}/b/;s/a?$/c/;s/x*/-/g'
echo 'abc' | sed -E 's/(a|ab)(c|bcd)*/[\1][\2]/'
echo 'tab' | sed 's/a/\x41\o102\d067\t/'
echo 'a]b' | sed 's/[]]/x/;s/[^]x]/y/'
echo 'a-b^c' | sed 's/[-^]/_/g'
echo aa | sed -E 's/(a)\1/b/'
echo 'one two' | sed 's/\(one\)\|\(two\)/[\1\2]/g'
echo '' | sed 's/^$/empty/'
echo abc | sed 's/b*/x/2'
echo 'a*b' | sed 's/*/+/;s/^*//'
echo 'a{1}' | sed 's/a{1}/x/'
echo word | sed 's/\<w/W/;s/d\>/D/;s/\Bo/0/'
#### -i insertions
printf 'a\nb\n' >f
sed -i '1s/^/header\n/' f
sed -i '$ a\last line' f
sed -i '/b/i\  indented' f
sed -i '/^a$/a one\
two' f
sed -i -e '/two/{N;d}' -e 's/last/LAST/' f
cp f g
sed -i '2,$ s/^/# /' f g
printf 'x' >h
sed -i '$a y' h
sed -i 's/y/z/w log' h
sed -i '1{h;s/.*/first/;x;G}' g
sed -i '$!N;s/\n/ | /' g
: >empty
sed -i 's/a/b/;$a x' empty
sed -n -i p f
