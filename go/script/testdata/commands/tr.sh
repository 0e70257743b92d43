#### -d
echo hello | tr -d l
echo 'a b  c' | tr -d ' '
echo a1b2 | tr -d '[:digit:]'
printf 'a\r\nb\r\n' | tr -d '\r'
echo abc | tr -dc 'ab\n'
echo abcxyz | tr -d a-c
#### -s
echo aabbcc | tr -s a-c
echo 'a   b' | tr -s ' '
echo 'a  b' | tr -s ' ' '\n'
echo aabb | tr -s ab xy
echo aabbcc | tr -ds a c
echo 'x//y///z' | tr -s /
#### -c
echo 'a-b_c!' | tr -c '[:alnum:]\n' _
echo 'a-b' | tr -C 'a-z\n' ' '
echo hello123 | tr -cd '[:alpha:]'
echo
#### -t and sets
echo abc | tr a-z A-Z
echo abcde | tr abcde xy
echo abcde | tr -t abcde xy
echo Hello | tr '[:upper:]' '[:lower:]'
echo Hello | tr '[:lower:]' '[:upper:]'
echo 'a b' | tr ' ' '\n'
echo abc | tr 'a-c' '[x*]'
echo abc | tr abc '[x*2]y'
printf '\1\2' | tr '\001-\002' ab
echo
echo 'a:b' | tr : '\t'
echo 'a\b' | tr '\\' /
tr 2>/dev/null || echo $?
#### -s -d -dc classes
echo 'a b	c' | tr -s '[:space:]' '\n'
printf 'a\nb\n' | tr '\n' ,
echo
echo 'Hello' | tr A-Za-z N-ZA-Mn-za-m
echo hello | tr '[a-z]' '[A-Z]'
echo '"q"' | tr -d '"'
printf 'a\001b\n' | tr -d '\000-\010'
echo 'a b' | tr '[:blank:]' _
echo 'p@ss w0rd!' | tr -dc 'a-zA-Z0-9\n'
echo 'a.b-c' | tr .- __
echo 'x--y' | tr -s -- - _
echo abc | tr -d '[=b=]'
echo 'a/b' | tr / '\\'
echo aab | tr -s 'a' 'b'
echo abc123 | tr '[:alpha:]' x
echo abc | tr c-a x 2>/dev/null || echo $?
