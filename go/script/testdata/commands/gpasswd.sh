#### -a
gpasswd -a daemon staff
gpasswd --add app root
gpasswd -a none staff || echo $?
gpasswd -a app staff
#### -d
gpasswd -d app staff
gpasswd -d app staff || echo $?
gpasswd --delete daemon none || echo $?
#### -M
gpasswd -M app,daemon staff
gpasswd --members root app
gpasswd -M '' staff
#### -A
gpasswd -A app staff
gpasswd -A app,daemon -M root staff
gpasswd --administrators '' staff
#### -r -R
gpasswd -r staff
gpasswd -R app
gpasswd --restrict root
