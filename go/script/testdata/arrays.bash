#### indexed
a=(x y z); echo ${a[0]} ${a[2]} ${a[-1]} $a ${a[@]} ${#a[@]} ${!a[@]}; a[5]=w; echo ${!a[@]} "${a[@]}"; unset 'a[1]'; echo ${!a[@]}
---- 0
x z z x x y z 3 0 1 2
0 1 2 5 x y z w
0 2 5
#### append
a=(1); a+=(2 3); a+=4; echo "${a[@]}"; s=x; s+=y; echo $s
---- 0
14 2 3
xy
#### quoted elements
a=("x y" z); for i in "${a[@]}"; do echo "[$i]"; done; for i in ${a[@]}; do echo "<$i>"; done; for i in "${a[*]}"; do echo "{$i}"; done
---- 0
[x y]
[z]
<x>
<y>
<z>
{x y z}
#### slices
a=(0 1 2 3 4 5); echo ${a[@]:2:2} ${a[@]: -2} ${a[@]:4}
---- 0
2 3 4 5 4 5
#### from a command
a=($(printf 'x y\nz')); echo ${#a[@]}
---- 0
3
#### from globs
touch f1 f2; a=(f*); echo ${#a[@]} ${a[1]}
---- 0
2 f2
#### operators on elements
a=(a.c b.c); echo ${a[@]%.c} "${a[@]/b/X}" ${a[@]^^}
---- 0
a b a.c X.c A.C B.C
#### sparse
a=([3]=x [1]=y z); echo ${!a[@]} "${a[@]}"
---- 0
1 2 3 y z x
#### negative index out of range
a=(1 2); echo ${a[-3]}; echo after
---- 0

after
#### arithmetic index
a=(x y z); i=1; echo ${a[i]} ${a[$i+1]} ${a[i+1]}; a[i]=q; echo ${a[1]}; ((a[0]=5)); echo ${a[0]}
---- 0
y z z
q
5
#### array elements in arithmetic
a=(5 6 7); i=1; echo $((a[1]+a[i])) $((${a[2]}*2)); ((a[1]++)); echo ${a[1]}
---- 0
12 14
7
#### associative
declare -A m; m[a]=1; m[b]=2; echo ${m[a]} ${#m[@]} ${m[c]-none}; k=b; echo ${m[$k]}; unset 'm[a]'; echo ${#m[@]}
---- 0
1 2 none
2
1
#### associative keys
declare -A m=([one]=1 [two]=2 [three]=3 [four]=4 [five]=5); for k in "${!m[@]}"; do echo $k ${m[$k]}; done; echo ${!m[@]}; echo "${m[@]}"; echo ${m[*]}
---- 0
four 4
two 2
three 3
one 1
five 5
four two three one five
4 2 3 1 5
4 2 3 1 5
#### associative append
declare -A m=([a]=1); m+=([b]=2); m[a]+=x; echo ${m[a]} ${m[b]}
---- 0
1x 2
#### associative with spaces
declare -A m; m["a b"]=1; x="a b"; echo "${m[$x]}" "${m["a b"]}"
---- 0
1 1
#### mapfile
mapfile -t a < <(printf 'x\ny\n'); echo ${#a[@]}
---- 0
2
#### mapfile from a file
printf 'a b\nc\nd' > f; mapfile -t a < f; echo ${#a[@]} "${a[0]}" "${a[2]}"; mapfile b < f; printf '[%s]' "${b[@]}"; echo
---- 0
3 a b d
[a b
][c
][d]
#### mapfile options
printf '1\n2\n3\n4\n' > f; mapfile -t -n 2 a < f; echo "${a[@]}"; mapfile -t -s 1 a < f; echo "${a[@]}"; mapfile -t -O 2 b < f; echo ${!b[@]}; mapfile -d 2 -t c < f; echo ${#c[@]}; mapfile -t < f; echo ${MAPFILE[1]}; readarray -t d < f; echo ${d[3]}
---- 0
1 2
2 3 4
2 3 4 5
2
2
4
#### set from an array
a=(1 "2 3"); set -- "${a[@]}"; echo $# "$2"
---- 0
2 2 3
#### assoc set test
declare -A m=([x]=1); [[ -v m[x] ]] && echo yes; [[ -v m[y] ]] || echo no
---- 0
yes
no
#### variable set test
x=; [[ -v x ]] && echo yes; [[ -v nope ]] || echo no; [ -v x ] && echo yes2
---- 0
yes
no
yes2
#### array copy
a=(1 2); b=("${a[@]}"); b[0]=9; echo ${a[0]} ${b[0]}; c=("${a[@]/1/x}"); echo ${c[0]}
---- 0
1 9
x
#### local array
f() { local a=(1 2); local -a b; b+=(3); local -A c=([k]=v); echo ${a[1]} ${b[0]} ${c[k]}; }; f; echo ${#a[@]}
---- 0
2 3 v
0
#### empty array
a=(); echo ${#a[@]}; for i in "${a[@]}"; do echo no; done; [ -z "${a[*]}" ] && echo empty; a=(""); echo ${#a[@]}
---- 0
0
empty
1
#### arrays in a subshell
a=(1 2); (a[0]=9; a+=(3)); echo ${a[@]}; echo x | { a[1]=8; }; echo ${a[@]}
---- 0
1 2
1 2
