#### -m
useradd -m alice
useradd -m -d /srv/bob bob
useradd --create-home --base-dir /var carol
#### -m -k
mkdir -p skel/sub
echo rc >skel/.rc
ln -s .rc skel/link
chmod 750 skel/sub
useradd -m -k /skel alice
mkdir etc/skel
echo default >etc/skel/.profile
useradd -m bob
useradd -M carol
#### -u -g -G
groupadd -g 2000 web
useradd -u 1234 -g web -G staff,daemon alice
useradd -u 1235 -g 2000 bob
useradd -u 1234 carol || echo $?
useradd -o -u 1234 carol
#### -s -c -d
useradd -s /bin/bash -c 'A name, room' -d /nowhere alice
useradd --shell /usr/sbin/nologin --comment x --home-dir /srv/x bob
#### -r
useradd -r one
useradd -r -s /bin/false -d /nonexistent two
useradd --system --no-create-home --uid 300 three
useradd -rU four
useradd -r -g staff -M five
#### -U -N
useradd -U alice
useradd -N bob
useradd --user-group carol
useradd --no-user-group -g staff dave
#### -p -e -f
useradd -p '$6$WK48kzUo2WiOUlbv$kEP2IH2vGKZdxUhdBCYBHmmAoL5dfG0G1e2YBPOcUDDiWhiqOEklSiT8KDC5POivHFCK2CLS1PpzwWIqf1PN41' alice
useradd -e 2030-01-02 -f 30 bob
useradd --password '*' --inactive 5 carol
#### -K -b -l
useradd -K UID_MIN=5000 alice
useradd -b /srv -m bob
useradd -l carol
useradd -m -K HOME_MODE=0711 dave
#### errors
useradd app || echo $?
useradd -g nogroup x || echo $?
useradd -u abc x || echo $?
useradd 'bad name' || echo refused
useradd -G staff,none x || echo $?
#### -ms -d -u as images do
groupadd -r -g 999 redis && useradd -r -g redis -u 999 -d /var/lib/redis -s /sbin/nologin redis
groupadd --gid=1500 node
useradd --uid 1500 --gid node --shell /bin/bash --create-home node
useradd -ms /bin/bash dev
useradd -rms /bin/false -d /opt/svc svc
chown -R node:node home/node
id node
id redis
