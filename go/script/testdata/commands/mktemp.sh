#### -d
t=$(mktemp -d)
stat -c '%F %a' "$t"
echo x >"$t/f"
cat "$t/f"
rm -r "$t"
t=$(mktemp -d dir.XXXXXX)
[[ $t == dir.?????? ]] && echo match
mv "$t" fixed
#### -p
mkdir d
t=$(mktemp -p d)
[[ $t == d/tmp.?????????? ]] && echo match
stat -c '%F %a' "$t"
mv "$t" fixed
t=$(mktemp -d -p d name.XXXX)
[[ $t == d/name.???? ]] && echo match
mv "$t" fixed2
t=$(mktemp --tmpdir=d x.XXX)
[[ $t == d/x.??? ]] && echo match
rm "$t"
#### -t -u --suffix
t=$(TMPDIR=$PWD mktemp -t foo.XXXXXX)
[[ $t == $PWD/foo.?????? ]] && echo match
rm "$t"
t=$(mktemp -u x.XXXXX)
[[ $t == x.????? && ! -e $t ]] && echo match
t=$(mktemp --suffix=.txt a.XXX)
[[ $t == a.???.txt ]] && echo match
mv "$t" fixed
t=$(mktemp bXXXc)
[[ $t == b???c ]] && echo match
mv "$t" fixed2
mktemp x.XX 2>/dev/null || echo $?
mktemp none 2>/dev/null || echo $?
mktemp -q no/such.XXX || echo $?
#### -d -t in the scratch directory
t=$(mktemp -d -t build.XXXXXXXX)
echo x >"$t/f"
cp "$t/f" kept
rm -rf "$t"
f=$(mktemp)
echo y >"$f"
mv "$f" moved
stat -c %a moved
mktemp -d a/b.XXX 2>/dev/null || echo $?
mktemp -p missing 2>/dev/null || echo $?
