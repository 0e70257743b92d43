#### -s
seq -s, 5
seq -s ' ' 2 4
seq --separator=: 3
#### -w
seq -w 8 11
seq -w 1 5 100 | tail -2
seq --equal-width -1 1
#### -f
seq -f '%03g' 3
seq -f 'n%.2f' 1 0.5 2
seq --format='%gx' 2
#### forms
seq 3
seq 2 4
seq 5 -2 1
seq 1 0.5 2
seq 3 1
seq -2 0
seq 0
seq 1.0 2
seq x 2>/dev/null || echo $?
seq 2>/dev/null || echo $?
seq 1 0 2 2>/dev/null || echo $?
#### -f -s -w more
seq -w 0 5 10
seq -f '%05.1f' 1 3
seq -s '' 3
seq -s '\n' 2
seq 1 -1 -3
seq 10 -5 0
seq .5 1
seq -f 'a%gb%%' 2
seq 999998 1000001
