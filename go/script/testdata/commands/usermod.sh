#### -aG
groupadd web
usermod -aG web app
usermod -a -G daemon,root app
usermod --append --groups staff daemon
#### -G
groupadd web
usermod -G web app
usermod -G '' daemon
usermod -rG web app
#### -u -g
groupadd -g 2000 web
usermod -u 4000 app
usermod -g web app
usermod --gid 50 daemon
#### -d -m
usermod -d /home/other app
usermod -m -d /srv app || echo $?
mv home/app home/other
usermod --move-home --home /home/third app
#### -s -c
usermod -s /bin/bash -c 'New name' app
usermod --shell /usr/sbin/nologin --comment '' daemon
#### -l
usermod -l web app
id web
usermod -l root web || echo $?
#### -L -U -p
usermod -p '$6$WK48kzUo2WiOUlbv$kEP2IH2vGKZdxUhdBCYBHmmAoL5dfG0G1e2YBPOcUDDiWhiqOEklSiT8KDC5POivHFCK2CLS1PpzwWIqf1PN41' app
usermod -L app
usermod -p '$6$WK48kzUo2WiOUlbv$kEP2IH2vGKZdxUhdBCYBHmmAoL5dfG0G1e2YBPOcUDDiWhiqOEklSiT8KDC5POivHFCK2CLS1PpzwWIqf1PN41' daemon
usermod --lock daemon
usermod -U daemon
#### -e -f -o
usermod -e 2030-01-02 app
usermod -f 10 app
usermod -o -u 0 daemon
usermod -u 0 app || echo $?
usermod none || echo $?
usermod -aG none app || echo $?
#### -a -G -s -d as images do
groupadd -g 998 docker
usermod -aG docker,staff app
id app
usermod -s /bin/bash -d /srv/app -c 'The app' app
usermod -g docker app
usermod -G staff app
id app
groupmod -g 1001 app
usermod -u 1001 -g 1001 app
stat -c '%n %u:%g' home/app home/app/file
