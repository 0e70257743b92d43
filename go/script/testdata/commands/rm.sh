#### -r
mkdir -p d/e
touch d/f d/e/g keep
ln -s ../keep d/l
rm -r d
rm keep
mkdir d
rm d 2>/dev/null || echo $?
#### -f
rm -f missing
rm missing 2>/dev/null || echo $?
rm -f
rm 2>/dev/null || echo $?
touch a
chmod 0 a
rm -f a
#### -rf
mkdir -p a/b c
touch x y
ln -s a l
rm -rf a/b x missing c/
rm -rf l
rm -rf l/ . .. 2>/dev/null || echo $?
#### -v
mkdir -p d/e
rm -rv d/e
touch d/f
rm -r --verbose d
touch a
rm -v a
#### -d
mkdir a b
touch b/f
rm -d a
rm -d b 2>/dev/null || echo $?
rm --dir b 2>/dev/null || echo $?
#### --recursive --force -- -R
mkdir -p d/e
touch -- -dash
rm --recursive --force d
rm -- -dash
mkdir z
rm -R z
#### a link to a directory
mkdir d
touch d/f
ln -s d l
rm -r l/ 2>/dev/null || echo $?
rm l
rm -r --one-file-system d
mkdir e
rm -r --preserve-root e
#### globs
touch a.txt b.txt c.log .hidden
rm -f *.txt *.none
rm -rf ./.[!.]* 
