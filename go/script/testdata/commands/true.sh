#### plain
true && echo yes
true; echo $?
#### arguments
true anything -x --nothing && echo yes
if true; then echo then; fi
! true || echo never
#### the program
env true && echo yes
env true a b; echo $?
find . -maxdepth 0 -exec true {} \; && echo yes
true | cat
while true; do break; done
