#### -0 -I
printf 'a b\0c\0' | xargs -0 -n1 echo
printf 'a b\0c\0' | xargs -0 -I{} echo '<{}>'
printf 'a\nb c\n' | xargs -I % sh -c 'echo got %' 
printf 'x\ny\n' | xargs -I{} touch {}.txt
printf 'p\0q' | xargs -0 -I X mkdir -p dir/X
#### -n -L
echo a b c d e | xargs -n 2 echo
printf 'a b\nc\nd e\n' | xargs -L 1 echo
printf 'a b \nc\nd\n' | xargs -L 2 echo
printf 'a b\nc\n' | xargs -l echo
echo 1 2 3 | xargs -n1 -- echo n
#### -r
printf '' | xargs echo none
printf '' | xargs -r echo never
printf '\n \n' | xargs --no-run-if-empty echo never
#### -d
printf 'a,b c,d' | xargs -d, -n1 echo
printf 'a\nb c\n' | xargs -d '\n' -n1 echo
printf "it's\n" | xargs -d '\n' echo
#### -a -t
printf 'a\nb\n' >list
xargs -a list echo
xargs --arg-file=list -n1 echo
echo x | xargs -t echo 2>err
cat err
#### quotes
printf '"a b" c\\ d '"'e f'"'\n' | xargs -n1 echo
printf 'a  b\tc\n\nd' | xargs
printf 'a\n' | xargs -E a echo
printf '"open\n' | xargs echo 2>/dev/null || echo $?
#### -P and statuses
printf '1 2' | xargs -P2 -n1 touch
echo 1 | xargs sh -c 'exit 3' || echo $?
echo 1 2 | xargs -n1 sh -c 'exit 255' 2>/dev/null || echo $?
echo 1 | xargs -n1 false || echo $?
seq 3 | xargs -n1 -I{} sh -c 'test {} != 2' || echo $?
echo a | xargs -s 1000 -x echo
#### -0r -n1 -I rm
mkdir d
touch d/a 'd/b c' d/e
find d -name '* *' -print0 | xargs -0r rm -f
ls d | xargs -n1 -I{} cp d/{} {}.copy
printf 'one\ntwo\n' | xargs -I{} sh -c 'echo "{}" >{}'
find . -name none | xargs -r rm
echo 'a.copy e.copy' | xargs rm
seq 6 | xargs -n4 echo n
seq 3 | xargs printf '%02d\n'
echo "x y" | xargs -i echo '[{}]'
