#### -a
echo a | tee f
echo b | tee -a f g
echo c | tee --append g
cat f g
#### -i
echo a | tee -i f
echo a | tee --ignore-interrupts f g >/dev/null
#### -p and errors
echo a | tee -p f
echo b | tee no/such f 2>/dev/null || echo $?
echo c | tee
echo d | tee -- -x
printf 'e' | tee f g h
umask 077
echo f | tee new
