#### -m
mkfifo -m 600 a b
mkfifo -m u=rw,go=r c
mkfifo -m g+w d
#### --mode
mkfifo --mode=622 a
mkfifo --mode 777 b
stat -c '%F %a' a b
#### the umask
umask 077
mkfifo a b
mkfifo a 2>/dev/null || echo $?
mkfifo x/y 2>/dev/null || echo $?
mkfifo 2>/dev/null || echo $?
