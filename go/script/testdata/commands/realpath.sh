#### -m -e
touch f
ln -s f l
realpath l missing | sed 's|.*/work|W|'
realpath -e l missing 2>/dev/null | sed 's|.*/work|W|'
realpath -e missing 2>/dev/null || echo $?
realpath -m a/b/../c f/x | sed 's|.*/work|W|'
#### -s
mkdir d
ln -s d l
realpath -s l/../x l | sed 's|.*/work|W|'
realpath --no-symlinks l/./y | sed 's|.*/work|W|'
realpath -L l/../x | sed 's|.*/work|W|'
realpath -P l/../x | sed 's|.*/work|W|'
#### --relative-to --relative-base
mkdir -p a/b c
touch a/b/f
realpath --relative-to=c a/b/f
realpath --relative-to a/b a/b .
realpath --relative-base=a a/b/f
realpath --relative-base=a c | sed 's|.*/work|W|'
realpath --relative-to=a/b --relative-base=a a/b/f a
realpath -m --relative-to=x/y z
#### -z -q
touch f
realpath -z f f | tr '\0' '\n' | sed 's|.*/work|W|'
realpath -q no/such || echo $?
