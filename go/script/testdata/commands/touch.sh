#### -d
touch -d @0 a
touch -d '2020-01-02 03:04:05' b
touch -d 2020-01-02T03:04:05Z c
touch -d '2020-01-02 03:04:05 +0200' d
touch -d 2001-02-03 e
touch -d '1970-01-01 UTC' f
touch -d '@1234567890.5' g
stat -c '%n %Y' a b c d e f g
stat -c %y b
#### -t
touch -t 202001020304.05 a
touch -t 202001020304 b
touch -t 7001010000 c
stat -c '%n %Y' a b c
#### -r
touch -d @1000 a
touch -r a b
touch --reference=a c
stat -c '%n %Y' a b c
#### -h
touch a
touch -d @5 a
ln -s a l
touch -h l
touch -d @11 l
stat -c '%n %Y' a
touch -h missing 2>/dev/null || echo $?
#### -c
touch -c missing
touch --no-create missing
touch -c -d @5 missing
ls
#### -a -m
touch -d @100 f
touch -a -d @200 f
stat -c %Y f
touch -m -d @300 f
stat -c %Y f
touch -am -d @400 f
stat -c %Y f
#### --date --time
touch --date=@77 f
stat -c %Y f
touch --time=mtime --date=@78 f
touch --time=access --date=@79 f
stat -c %Y f
#### kinds
mkdir d
touch -d @5 d
mkfifo p
touch -d @6 p
chmod 400 p
touch -d @7 -- d p -x
stat -c '%n %Y' d p ./-x
touch no/such 2>/dev/null || echo $?
touch ''  2>/dev/null || echo $?
ln -s made l
touch l
