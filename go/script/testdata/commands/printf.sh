#### %s and repeats
printf '%s\n' a 'b c' d
printf '%s %s\n' a b c
printf 'plain\n'
printf '%s' ; echo
printf '%5s|%-5s|%.2s|\n' ab cd efgh
printf '%*s|%-*s|\n' 4 a 4 b
#### numbers
printf '%d %i %u\n' 42 -7 9
printf '%x %X %o %#x %#o\n' 255 255 8 255 8
printf '%05d|%+d|% d|%-5d|\n' 42 42 42 42
printf '%d\n' 0x10 010 "'A"
printf '%.3f %e %g\n' 3.14159 1234.5 0.0001
printf '%c%c\n' abc def
#### %b %q and escapes
printf '%b\n' 'a\tb\0101'
printf '%b' 'x\cy' z; echo
printf '%q\n' 'a b' "it's" '' '$x'
printf 'a\tb\\\x41\101\n'
printf '%%|\n'
#### -v
printf -v x '%03d' 7
echo "$x"
printf -v 'a[2]' %s y
echo "${a[2]}"
printf -- '-%s-\n' x
#### the program
env printf '%s-%d\n' a 1 b 2
env printf '%05.1f|%x\n' 2.25 255
env printf '\101\x42\u20ac\n'
env printf '%q\n' 'a b'
env printf '%b\n' 'a\tb'
env printf '%d\n' x 2>/dev/null || echo $?
printf '%d\n' 12x 2>/dev/null || echo $?
#### widths and strings
printf '%-10s|%5.1f|%+05d\n' ab 2.25 7
printf '%s\0%s\0' a b | tr '\0' '!'
printf '\n%.*s|%5c|\n' 2 abcdef x
printf '%q ' 'a b' '' '$x' "q'q" $'n\nl' '~' 'a=b'; echo
printf '%s %d\n' one 1 two 2 three
printf '%o %#X %e\n' 8 255 0.5
printf '%d %d\n' 0x1f 017
printf '%5s|%-5s|%05d\n' é x -3
printf '\e[0m\x7e\176\n'
printf '%b|%b\n' '\0101' '\x41\c'; echo end
printf '%u\n' -1
