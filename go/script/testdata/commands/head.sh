#### -n
seq 20 >f
head f
head -n 3 f
head -n -18 f
head -2 f
head --lines=1 f
head -n1 <f
#### -c
printf 'abcdef\n' >f
head -c 3 f
head -c -3 f
head -c 1K f
head --bytes=2 f
#### -q -v
echo a >a
echo b >b
head a b
head -q a b
head -v a
head -qn1 a b
head -n1 missing a 2>/dev/null || echo $?
#### -z
printf 'a\0b\0' | head -zn1 | tr '\0' '!'
printf 'a\0b\0' | head -z -n 1 | tr '\0' '!'
seq 5 | head -n 0
seq 3 | (head -n1 >/dev/null; true)
#### -n1 -c with several inputs
seq 5 >a
seq 6 9 >b
head -n1 a b
head -qc 3 a b
cat a b | head -n -7
head -n 2 - <b
printf 'x' | head
head -n +2 a
head -c 2b a | wc -c
