#### -u
printf 'b\na\nb\n' | sort -u
printf 'b\na\nB\n' | sort -uf
printf '1\n01\n2\n' | sort -un
printf 'a\nb\n' | sort --unique
#### -k -t
printf 'b:2\na:10\nc:1\n' >f
sort -t: -k2 f
sort -t: -k2n f
sort -t : -k 2,2nr -k1,1 f
sort -k1.1,1.1 -t: f
printf 'x b\nx a\ny 0\n' | sort -k1,1 -s
printf 'a 3\na 1\nb 2\n' | sort -k1,1r -k2,2n
printf '  b\n a\n' | sort -b -k1
#### -n -r
printf '10\n9\n-1\n1.5\nx\n' >f
sort -n f
sort -rn f
sort -r f
sort --numeric-sort --reverse f
#### -h -V -g -M
printf '1K\n2M\n500\n1G\n' | sort -h
printf 'v1.10\nv1.9\nv1.2-rc\n' | sort -V
printf '1e3\n5\n1e-2\n' | sort -g
printf 'MAR\nJAN\nfoo\n' | sort -M
#### -o -c -m
printf 'b\na\n' >f
sort -o f f
sort -c f && echo sorted
printf 'b\na\n' | sort -c 2>/dev/null || echo $?
printf 'b\na\n' | sort -C || echo $?
printf 'a\nc\n' >g
sort -m f g
sort f g -o out
#### -z -f -fs -d
printf 'b\0a\0' | sort -z | tr '\0' '!'
printf 'b\nA\na\nB\n' | sort -f
printf 'b\nA\na\nB\n' | sort -fs
printf 'a-b\nab\na c\n' | sort -d
printf 'b\nA\na\nB\n' | sort
printf 'no newline' | sort
printf '\tb\n a\n' | sort -i
sort missing 2>/dev/null || echo $?
#### -k -t forms
printf 'x,3,b\ny,10,a\nx,1,c\n' >f
sort -t, -k2,2n f
sort -t, -k1,1r -k2,2n f
sort -t, -k3 f
sort -t, -k1,1 -u f
sort -rk2 -t, f
sort -t, -k2.1,2.1 -k3.1 f
sort -t, -k2nr,2 f
sort -n -u -t, -k2 f
printf 'a  2\na 1\n b 0\n' | sort -k2
printf 'a  2\na 1\n b 0\n' | sort -k2b,2
printf '3\n1\n2\n' | sort -rn | head -1
printf '1.2.10\n1.2.9\n1.10\n' | sort -t. -k1,1n -k2,2n -k3,3n
printf 'lib1.so.10\nlib1.so.9\nlib1.so\n' | sort -Vr
printf '10K\n9M\n1\n' | sort -hr
printf 'b\na\n' | sort -S 1M -T . --parallel=1
