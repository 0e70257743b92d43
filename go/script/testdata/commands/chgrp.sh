#### -R
mkdir -p d/e
touch d/f d/e/g
ln -s f d/l
chgrp -R 6 d
#### -h
touch f
ln -s f l
chgrp -h 6 l
chgrp 7 l
#### --reference
touch a b
chgrp 6 a
chgrp --reference=a b
#### -v -c -f
touch a
chgrp -v 6006 a
chgrp -c 6006 a
chgrp -c 7007 a
chgrp -f 8 missing || echo $?
#### --no-dereference -R --recursive
mkdir d
touch d/f
ln -s f d/l
chgrp -R --no-dereference 6 d
chgrp --recursive root d
#### -R -c names in a root
mkdir -p srv/x
chgrp -R staff srv
chgrp -c app srv/x
chgrp nosuch srv 2>/dev/null || echo $?
