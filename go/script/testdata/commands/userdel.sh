#### -r
userdel -r app
userdel daemon
#### -f
userdel -f app
userdel --force none || echo $?
#### -f -r
userdel -f -r app
#### --remove
mkdir -p var/mail
echo mail >var/mail/app
chown 1000 var/mail/app
userdel --remove app
userdel app || echo $?
#### groups
groupadd -g 2000 web
useradd -g web -G staff one
usermod -aG app,staff daemon
userdel one
userdel app
userdel root x || echo $?
#### -R
userdel -R / app
