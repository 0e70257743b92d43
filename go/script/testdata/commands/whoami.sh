#### plain
whoami
whoami >file
#### extra operands
whoami x 2>/dev/null || echo $?
#### another name
echo 'toor:x:0:0::/:/bin/sh' >etc/passwd
whoami
