#### -s
basename -s .txt a/b.txt c.txt d
basename --suffix=.txt a.txt
#### -a
basename -a a/b c/d/ /
basename --multiple x y
#### -z
basename -z a/b | tr '\0' '!'
basename -az a/b c/d | tr '\0' '!'
basename -zs .c x.c | tr '\0' '!'
#### suffix
basename a/b.txt .txt
basename .txt .txt
basename /usr/lib/
basename /
basename //
basename ''
basename a/b/ b
basename a b c 2>/dev/null || echo $?
basename 2>/dev/null || echo $?
