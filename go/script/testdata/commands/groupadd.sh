#### -g
groupadd -g 3000 web
groupadd --gid 3001 db
groupadd -g 3000 other || echo $?
#### -r
groupadd -r one
groupadd --system two
groupadd three
#### -f
groupadd -f staff
groupadd -f -g 50 new
groupadd staff || echo $?
groupadd --force -g 60 newer
#### -o
groupadd -o -g 50 again
groupadd --non-unique --gid 0 zero
groupadd -g 0 x || echo $?
#### -p -K
groupadd -p hash web
groupadd -K GID_MIN=7000 db
