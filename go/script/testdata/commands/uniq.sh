#### -c
printf 'a\na\nb\na\n' >f
uniq f
uniq -c f
sort f | uniq -c
uniq --count f out
#### -d -u
printf 'a\na\nb\nc\nc\n' >f
uniq -d f
uniq -u f
uniq -D f
uniq -cd f
#### -i -f -s -w
printf 'a\nA\nb\n' | uniq -i
printf '1 a\n2 a\n3 b\n' | uniq -f 1
printf 'xa\nya\nzb\n' | uniq -s 1
printf 'abc\nabd\nxyz\n' | uniq -w 2
printf 'a\0a\0' | uniq -z | tr '\0' '!'
printf 'a\na' | uniq
