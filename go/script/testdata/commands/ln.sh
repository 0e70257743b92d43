#### -s
ln -s target l
ln -s /abs/target m
mkdir d
ln -s ../x d
ln -s a b c d
ln -s nothing d/deep
#### -f
touch a b
ln -f a b
ln -s a l
ln -sf b l
ln -f a a 2>/dev/null || echo $?
ln a b 2>/dev/null || echo $?
#### -sfn
mkdir one two
ln -s one current
ln -sfn two current
ln -sf one current
ln -sfn two two 2>/dev/null || echo $?
#### -r
mkdir -p usr/lib usr/share/x bin
touch usr/lib/f
ln -sr usr/lib/f bin/f
ln -s -r usr/lib/f usr/share/x
ln -rs usr/share/x/../../lib lib
ln --symbolic --relative bin/../usr usr/share/u
#### -sr -srf through links
mkdir -p real/sub other
ln -s real/sub via
ln -sr real via/up
ln -sr via/nothing other/n
ln -srf other via/up
#### -t
touch a b
mkdir d
ln -t d a b
ln -s -t d x y
ln --target-directory=d -s z
#### -sT -sfT
mkdir d
ln -sT d e
ln -sT x d 2>/dev/null || echo $?
ln -sfT x e
ln --no-target-directory -s q r
#### -v
touch a
ln -v a b
ln -sv a c
ln -svf b c
mkdir d
ln -sv a d
#### -b -S --backup
touch a b
ln -sb x a
ln -s -S .old y b
touch c
ln --backup=numbered -s z c
ln -s --backup=numbered w c
#### -L -P
touch f
ln -s f l
ln -L l hard
ln -P l soft
ln l default
#### one argument
mkdir d
touch d/f
ln d/f
ln -s d/g
ln -s d/../h
#### hard link of a directory
mkdir d
ln d e 2>/dev/null || echo $?
ln missing x 2>/dev/null || echo $?
ln -s '' x 2>/dev/null || echo $?
#### -nfs -sfv --
mkdir v1 v2
ln -nfs v1 current
ln -nfs v2 current
ln -sfv -- ../x current/up
ln -snf v1 current/
touch f
ln -f f v1
ln -sf f v1
ln -s -- -dash d
ln -rs v1/f ./rel
ln -sfr v2 v1/self
