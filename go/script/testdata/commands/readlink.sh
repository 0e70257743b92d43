#### -f
mkdir -p d/e
touch d/f
ln -s d l
ln -s l/f m
readlink -f l m d/e/.. l/missing | sed 's|.*/work|W|'
readlink -f l/no/thing || echo $?
readlink -f . | sed 's|.*/work|W|'
#### -e -m
ln -s nowhere n
touch f
readlink -e f | sed 's|.*/work|W|'
readlink -e n || echo $?
readlink -m n/a/../b x/./y//z | sed 's|.*/work|W|'
readlink -m f/below | sed 's|.*/work|W|'
#### -n -z -v
ln -s a/b l
ln -s c m
readlink -n l
echo
readlink -z l m | tr '\0' '!'
readlink l m
readlink -n l m 2>/dev/null
readlink -v missing 2>/dev/null || echo $?
readlink missing l || echo $?
#### -f loops
ln -s a b
ln -s b a
readlink a
readlink -f a || echo $?
readlink -m a | sed 's|.*/work|W|' || echo $?
