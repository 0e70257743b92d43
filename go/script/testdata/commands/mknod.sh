#### -m
mknod -m 600 a c 1 3
mknod -m 6755 b b 8 0 2>/dev/null || echo $?
mknod -m 640 b b 8 0
mknod -m a=rw c p
#### --mode
mknod --mode=640 a p
mknod --mode 666 z c 5 1
stat -c '%n %F %t %T %a' a z
#### kinds
mknod a c 1 3
mknod b b 259 1048575
mknod u u 0x10 010
mknod p p
stat -c '%n %F %t %T %a' a b u p
umask 077
mknod q c 1 5
#### errors
mknod a c 1 2>/dev/null || echo $?
mknod p p 1 2 2>/dev/null || echo $?
mknod a x 1 2 2>/dev/null || echo $?
mknod missing/a p 2>/dev/null || echo $?
mknod 2>/dev/null || echo $?
