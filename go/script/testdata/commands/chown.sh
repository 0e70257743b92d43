#### -R
mkdir -p d/e
touch d/f d/e/g
ln -s f d/l
chown -R 5:6 d
#### -h
touch f
ln -s f l
ln -s nowhere broken
chown -h 5:6 l broken
chown 7 l
#### --no-dereference -R
mkdir d
touch d/f
ln -s f d/l
chown -R --no-dereference 5 d
chown -Rh :9 d
#### --reference
touch a b
chown 5:6 a
chown --reference=a b
#### --from
touch a b c
chown 5:6 a
chown 7:8 b
chown --from=5 9 a b c
chown --from=:8 :10 a b c
chown --from=0:0 11:12 a b c
#### -R -H -L -P
mkdir -p d/in e f g
touch e/x f/y g/z
ln -s ../e d/link
ln -s f flink
ln -s g glink
chown -R -L 5 d
chown -R -H 6 flink
chown -R -P 7 glink
#### -v -c --verbose
touch a b
chown -v 5005:6006 a b
chown -c 5005:6006 a
chown -c 7007 a
chown --verbose 7007 b
chown -v 7007 a
#### owner: forms
touch a b c d e
chown 5: a 2>/dev/null || echo $?
chown :6 b
chown root: c
chown +7:+8 d
chown '' e
chown 5.6 e 2>/dev/null || echo $?
#### -f
touch a
chown -f 5 a missing || echo $?
chown --silent 6 missing a || echo $?
#### setuid bits
touch a b
chmod 6755 a
chmod 2644 b
chown 5 a b
mkdir d
chmod 6755 d
chown 5:6 d
#### -R --from names in a root
mkdir -p srv/app/data
touch srv/app/data/f srv/app/g
chown -R app:app srv
chown app: srv/app/g
chown :staff srv/app/data/f
chown -R --from=app root srv/app/data
chown daemon:staff srv
stat -c '%n %U:%G' srv srv/app srv/app/g srv/app/data/f
chown nosuch srv 2>/dev/null || echo $?
chown app:nosuch srv 2>/dev/null || echo $?
chown -v app srv/app/data
chown -c --reference=srv srv/app
