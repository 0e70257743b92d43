#### -c
echo text >f
chmod 4750 f
chown 5:6 f
ln -s f l
mkdir d
stat -c '%n %a %A %u %g %s %F %h' f
stat -c '%N %F %a' f l d
stat -c '%f %t %T' f
stat -c %U:%G d
stat -c '%%|%5a|%-6a|%05a|%.2n' f
stat --format='%n %a' f l
#### -c times
touch -d @1234567890 f
stat -c '%Y %y' f
stat -c '%.3Y %.Y' f
touch -d @0.25 f
stat -c '%Y %.2Y %y' f
#### -L
echo text >f
ln -s f l
stat -L -c '%F %s' l
stat -c '%F %s' l
stat --dereference -c %N l
ln -s nowhere n
stat -L -c %F n 2>/dev/null || echo $?
#### --printf
echo text >f
stat --printf='%n\t%s\n' f
stat --printf '%a\x41\101\\\n' f f
stat --printf=%s f
#### kinds
mkdir d
: >empty
echo x >f
mkfifo p
mknod c c 1 3
mknod b b 8 1
ln -s x l
stat -c '%n %F %A' d empty f p c b l
stat -c '%n %t:%T' c b
stat -c %n missing f 2>/dev/null || echo $?
#### quoted names
touch 'a b' "it's" $'new\nline'
stat -c %N 'a b' "it's" $'new\nline'
stat -c %n 'a b'
#### -c names in a root
chown app:staff home/app
stat -c '%U %G %u %g %n' home/app etc
stat --format=%A home/app
chown 4242:4343 home/app
stat -c '%U:%G' home/app
