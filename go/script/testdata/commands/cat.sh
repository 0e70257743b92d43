#### -n
printf 'a\n\nb\nc' >f
cat -n f
cat --number f f
#### -A -E -T -v
printf 'a\tb \r\n\001\177\200\n\n' >f
cat -A f
cat -E f
cat -T f
cat -v f
cat -e f
cat -t f
#### -s -b
printf '\n\na\n\n\n\nb\n\n' >f
cat -s f
cat -b f
cat -sn f
#### - and input
echo one >a
echo two | cat a - a
cat <a
cat - <a
cat a missing a 2>/dev/null || echo $?
cat <<'X' >b
literal $x
X
cat -- b
cat -u a
