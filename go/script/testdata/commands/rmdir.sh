#### -p
mkdir -p a/b/c x/y
touch x/f
rmdir -p a/b/c
rmdir -p x/y 2>/dev/null || echo $?
#### -v
mkdir -p a/b
rmdir -v a/b
rmdir --verbose a
mkdir -p c/d
rmdir -pv c/d
#### --ignore-fail-on-non-empty
mkdir -p a/b c
rmdir --ignore-fail-on-non-empty a c
rmdir a 2>/dev/null || echo $?
rmdir -p --ignore-fail-on-non-empty a/b
#### --parents
mkdir -p a/b
touch f
ln -s a l
rmdir f 2>/dev/null || echo $?
rmdir l 2>/dev/null || echo $?
rmdir --parents a/b
