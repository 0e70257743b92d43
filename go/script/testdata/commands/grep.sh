#### -r -l
mkdir -p d/e
echo needle >d/a
echo hay >d/b
echo needle >d/e/c
ln -s a d/l
grep -rl needle d | sort
grep -r needle d | sort
grep -R needle d | sort
grep -rL needle d | sort
grep -rn needle . --include='a' | sort
grep -r needle d --exclude=a | sort
grep -r --exclude-dir=e -l needle d
grep -c needle -r d | sort
cd d
grep -r needle | sort
#### -q
echo a >f
grep -q a f && echo found
grep -q b f || echo $?
grep -q a f missing && echo found
grep -q b missing 2>/dev/null || echo $?
grep -qs b missing || echo $?
#### -o
echo 'foo123bar45' | grep -o '[0-9]*'
echo 'foo123bar45' | grep -oE '[0-9]+'
echo 'a.b.c' | grep -on b
echo aXbX | grep -ob X
#### -v -i -n -c
printf 'a\nB\nab\n' >f
grep -v a f
grep -i b f
grep -n a f
grep -c a f
grep -vc a f
grep -in B f
grep -v '^$' f
grep -h a f f
grep -H a f
grep a f f
#### -E -F -w -x
printf 'a.b\naxb\nword words\nab+\n' >f
grep -E 'a(\.|x)b' f
grep -F a.b f
grep -w word f
grep -x 'axb' f
grep -E '^(a|w)' f
grep -e axb -e words f
grep 'a\|w' f
grep 'ab+' f
grep -E 'ab\+' f
grep -E 'x{1}|o{1,2}' f
grep '[[:punct:]]' f
grep -Fx 'a.b' f
grep -wo 'word' f
#### -A -B -C -m
seq 10 >f
grep -A1 5 f
grep -B2 5 f
grep -C1 -n 5 f
grep -m1 1 f
grep -A1 -e 2 -e 6 f
grep -1 7 f
grep -n -A1 9 f
#### -f -z -s -a
printf 'a\nb\n' >pats
printf 'xa\nyb\nzc\n' >f
grep -f pats f
grep -Ff pats f
printf 'a\0b\0' | grep -z b | tr '\0' '!'
printf 'bin\0ary a\n' >g
grep -a ary g | tr '\0' '!'
grep ary g 2>/dev/null | cut -c1-9
grep -c ary g
grep -s x missing || echo $?
grep x missing 2>/dev/null || echo $?
grep -lZ a f | tr '\0' '!'
grep -L zzz f || :
grep --color=never a f
grep --line-number --ignore-case A f
grep '' f
grep -- -x f || echo $?
#### -oE -iw -vn patterns
printf 'version = "v1.2.3"\nname=app\nab\nabab\n  lead\ntail  \nfoo.bar\nA1\n' >f
grep -oE 'v[0-9]+(\.[0-9]+)*' f
grep -E '^(name|version)\b' f
grep '\(ab\)\1' f
grep -E '(ab)\1' f
grep '^[[:space:]]' f
grep -n '\s$' f
grep -c '' f
grep -v -e '=' -e 'a' f
grep -iw 'NAME' f
grep '\<app\>' f
grep -E 'b{1,}a' f
grep -Eo '[[:alnum:]]+' f | tail -2
grep -m 2 -n a f
grep -A0 -n app f
grep -B1 -A1 --no-group-separator -e name -e foo f
grep -on 'a' f | head -3
grep -e '' -c f
grep '.*' -o f | head -1
grep -bo app f
grep -E 'x|' f | wc -l
grep -F -e 'foo.' -e '=app' f
grep -Hn lead f
grep --label=in -H lead <f
grep -vn '[a-z]' f
#### -rI -rh -rc --include
mkdir -p d/sub
echo 'key=1' >d/a.conf
echo 'key=2' >d/sub/b.conf
echo 'key=3' >d/c.txt
printf 'key\0' >d/bin
grep -rIl key d | sort
grep -rh --include='*.conf' key d | sort
grep -rc key d --include='*.conf' | sort
grep -rlZ 'key=[12]' d | sort -z | xargs -0 sed -i 's/key/name/'
grep -L key -r d | sort
grep -rwn 'name' d | sort
grep key d 2>/dev/null || echo $?
grep -d skip key d d/c.txt
grep -s key d/none d/c.txt || echo $?
