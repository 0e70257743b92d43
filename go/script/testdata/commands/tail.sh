#### -n
seq 20 >f
tail f
tail -n 3 f
tail -n +18 f
tail -2 f
tail --lines=1 f
tail +19 f
seq 5 | tail -n2
seq 5 | tail -n +4
#### -c
printf 'abcdef\n' >f
tail -c 3 f
tail -c +3 f
tail --bytes=2 f
printf abc | tail -c1
#### -q -v -z
echo a >a
echo b >b
tail a b
tail -q a b
tail -v a
tail -qn1 a b
printf 'a\0b\0' | tail -z -n 1 | tr '\0' '!'
tail -n1 missing a 2>/dev/null || echo $?
printf 'x\ny' | tail -n1
#### -n -c edges
seq 5 >a
tail -n -2 a
tail -n +0 a | wc -l
tail -n 0 a
tail -n +9 a
tail -c +2 a | head -1
tail -c -2 a
printf 'a\nb\n\n' | tail -n 2
tail -vn1 - <a
