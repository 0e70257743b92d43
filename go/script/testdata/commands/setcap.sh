#### cap=ep
echo x >f
setcap cap_net_bind_service=+ep f
getcap f
setcap 'cap_net_bind_service,cap_net_raw=eip' f
getcap f
setcap cap_chown+p f
getcap f
#### -r
echo x >f
setcap cap_kill=ep f
setcap -r f
getcap f
setcap cap_kill=ep f
echo 'x' >>f
#### -v
echo x >f
setcap cap_kill=p f
setcap -v cap_kill=p f
setcap -v cap_kill=ep f || echo $?
#### -q several
echo x >f
echo y >g
setcap -q cap_kill=p f cap_chown+i g
getcap f g
cp -a f copy
getcap copy
cp f plain
getcap plain
setcap cap_kill=p missing 2>/dev/null || echo $?
setcap cap_nothing=p f >/dev/null 2>&1 || echo $?
#### - and links
echo x >f
ln -s f l
mkdir d
echo cap_sys_time=ep | setcap - f
getcap f
setcap cap_kill=p d 2>/dev/null || echo $?
getcap -r .
