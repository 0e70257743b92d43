#### -d -f
echo a:b:c | cut -d: -f2
echo a:b:c | cut -d: -f1,3
echo a:b:c:d | cut -d : -f 2-
echo a:b:c | cut -d: -f-2
printf 'a\tb\n' | cut -f2
echo 'no delimiter' | cut -d: -f1
echo 'a b c' | cut -d' ' -f3,1
#### -c -b
echo abcdef | cut -c2-4
echo abcdef | cut -c 1,3,5-
echo abcdef | cut -b -3
printf 'abc' | cut -c2
#### -s --complement --output-delimiter
printf 'a:b\nnone\n' | cut -s -d: -f1
echo a:b:c | cut --complement -d: -f2
echo a:b:c | cut -d: -f1,3 --output-delimiter=-
echo abcdef | cut -c1-2,5 --output-delimiter=_
printf 'a:b\0c:d\0' | cut -z -d: -f2 | tr '\0' '!'
cut -f0 2>/dev/null </dev/null || echo $?
#### -d= -f2- -b
echo 'A=b=c' | cut -d= -f2-
echo 'a b  c' | cut -d' ' -f2,3
echo 'a:b:c:d:e' | cut -d: -f2-3,5
echo abcdef | cut -b 2,2-3,6
echo a:b | cut -f5 -d:
echo 'x,y' | cut --delimiter=, --fields=2
printf 'a\nb' | cut -c1
printf 'a b\nc\n' | cut -d' ' -f2 --only-delimited
echo abcdef | cut -c3-
