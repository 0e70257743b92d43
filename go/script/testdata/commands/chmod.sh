#### -R
mkdir -p d/e
touch d/f d/e/g
ln -s f d/l
chmod -R 700 d
chmod -R u=rwX,go=rX d
#### -R X
mkdir -p d/e
touch d/f d/g
chmod 744 d/g
chmod 700 d/e
chmod -R a+X d
chmod -R go-X d/e
chmod -R g+wX d
#### --reference
touch a b
mkdir d
chmod 4751 a
chmod --reference=a b
chmod --reference a d
#### -v -c
touch a
chmod -v 600 a
chmod -v 600 a
chmod -c 600 a
chmod -c u+x,g+s a
chmod -v 4755 a
#### symbolic
touch a b c d e f g h
chmod u+x,g-r,o= a
chmod a=r,u+w b
chmod +x c
chmod =rw d
chmod u=g,o=u e
chmod g=u-w f
chmod ug+s g
chmod +t,o+w h
#### -w with the umask
touch a b c
(umask 077; chmod +rwx a)
umask 027
chmod 777 b c
chmod -w b 2>/dev/null || echo $?
chmod =w c 2>/dev/null || echo $?
#### special bits of directories
mkdir a b c d
chmod 6777 a
chmod 755 a
chmod 2755 b
chmod u=rwx,go= b
chmod 2755 c
chmod 00755 c
chmod 2755 d
chmod =755 d
#### numbers
touch a b c d
chmod 0644 a
chmod 7777 b
chmod +111 c
chmod u=rwx,-11 d 2>/dev/null || echo $?
chmod -044 d
chmod 8 d 2>/dev/null || echo $?
#### -f --silent --quiet
touch a
chmod -f 600 missing a || echo $?
chmod --silent 600 missing || echo $?
chmod --quiet 640 a
#### links
touch f
ln -s f l
chmod 600 l
ln -s nowhere b
chmod 600 b 2>/dev/null || echo $?
mkdir d
ln -s ../f d/l
chmod -R 700 d
#### -R -v
mkdir -p d
touch d/f
chmod -R -v 700 d
chmod -R -v u-x d/f
#### more of -R
mkdir -p d/e
touch d/f d/e/g
chmod u+x d/f
chmod -R g=u,o= d
chmod -R u+rwX,go-w d/e d/f
chmod -R a-x+X d/e
chmod go= d/f
chmod u=rwxs,g=s,o=t d/f
chmod -R u-s,+t d
chmod 755 d -R
chmod u+w,u-x,a=u d/e/g
chmod -R --changes 700 d/e
