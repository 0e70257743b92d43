#### -c
bash -c 'echo $0 $1' name a
bash -c 'a=(1 2); echo ${a[1]}'
bash -c 'exit 4' || echo $?
#### -e -u -o
bash -euo pipefail -c 'false | true; echo never' || echo $?
bash -o pipefail -c 'false | true' || echo $?
bash -u -c ': $nothing' 2>/dev/null || echo $?
bash -e <<'X' || echo $?
echo first
false
echo never
X
#### -x -s --
bash -xc 'echo a' 2>err
cat err
echo 'echo $1' | bash -s -- b
bash -s a <<<'echo $# $1'
printf 'echo script $1\nexit 2\n' >s
chmod +x s
bash s arg || echo $?
bash -- s x || echo $?
#### --norc --noprofile
touch .hidden f
bash --norc --noprofile -c 'echo *'
bash --norc -c 'shopt -s dotglob; echo *'
