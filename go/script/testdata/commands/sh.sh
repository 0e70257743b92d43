#### -c
sh -c 'echo $0 $1 $#' name a b
sh -c 'exit 3' || echo $?
sh -c 'x=1; (x=2); echo $x'
sh -c 'echo "$@"' sh 'a b' c
#### -e -u
sh -e -c 'false; echo never' || echo $?
sh -ec 'false || echo on; echo end'
sh -u -c 'echo $unset' 2>/dev/null || echo stopped
sh -euc 'echo ok'
sh -e -c 'if false; then :; fi; echo after'
#### -x -f -a
sh -x -c 'echo a; x=1' 2>err
cat err
touch f
sh -f -c 'echo *'
sh -a -c 'V=1; env' | grep ^V=
#### -s
echo 'echo from input $1' | sh -s arg
echo 'echo plain' | sh
printf 'echo $#\n' >script
sh script a b
sh ./script
#### -o -C
sh -o noglob -c 'echo *'
echo x >f
sh -C -c 'echo y >f' 2>/dev/null || echo refused
cat f
sh -o errexit -c 'false; echo never' || echo $?
