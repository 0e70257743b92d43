#### -n
echo -n text
echo -n
echo -n a b
echo
echo -n -n x
#### -e
echo -e 'a\tb\nc\\d'
echo -e '\x41\101\0101\e[0m'
echo -e 'stop\chere'
echo -ne 'no\n'
echo -en '\a\b\f\v\r'
#### -E
echo -E 'a\tb'
echo -eE 'a\tb'
echo -Ee 'a\tb'
echo 'a\tb' -n
echo -x - -- -nx
env echo -e 'a\tb'
env echo -n x
env echo -E 'a\tb'
env echo -- x
#### quotes
echo "a  b"   c  d
echo $'tab\there' '$HOME' "$((1+2))"
echo *
touch 'x y'
echo *
