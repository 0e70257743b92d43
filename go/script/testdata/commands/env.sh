#### -i
env -i sh -c 'echo ${HOME-unset}'
env -i A=1 B=2 | sort
env - X=y
A=1 env -i
#### -u
env -u HOME sh -c 'echo ${HOME-unset}'
A=1 B=2 env --unset=A -u LC_ALL sh -c 'echo ${A-no} $B'
#### -C
mkdir d
env -C d touch f
env --chdir=d ls
env -C missing true 2>/dev/null || echo $?
#### -S -0
env -S 'A=1 B="x y" sh -c "echo \$A \$B"'
env -i -0 A=1 B=2 | tr '\0' '\n' | sort
A=1 env --null | tr '\0' '\n' | grep ^A=
env A=1 B=2 sh -c 'echo $A$B'
env false || echo $?
env -- A=b sh -c 'echo $A'
