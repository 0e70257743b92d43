#### -l
printf 'a b\nc\n' >f
wc -l f
wc -l <f
wc -l f f
printf 'x' | wc -l
wc --lines f
#### -c -w -m
printf 'a b\nc\n' >f
wc -c f
wc -c <f
wc -w <f
wc -m <f
wc f
wc <f
wc -lw f
wc -wc f f
#### -L
printf 'abc\nabcdef\n\tx\n' >f
wc -L f
wc -L <f
wc --max-line-length f
cat f | wc -l
wc missing f 2>/dev/null || echo $?
