"""A script that changes a base image in every way that a layer can tell; Docker's builder runs it, too."""

# The base has busybox, and few links to it.
PROGRAMS = """
set -e
for name in rm mkdir mv chown chmod ln touch; do
    eval "$name() { busybox $name \\"\\$@\\"; }"
done
"""

SCRIPT = """
rm /kept
mkdir -p /srv/deep/er
echo kept > /srv/kept
mv /srv /moved
echo more >> /changed
chown 5:6 /share/copied.txt
chmod 4755 /bin/busybox
mkdir -m 700 /srv
chown 8:9 /srv
rm /bin/id
ln -s ../changed /bin/id
ln /changed /hard
touch /empty
ln -s nowhere /link
chown -h 7:7 /link
rm /bin/ls
mkdir /bin/ls
echo inside > /bin/ls/file
"""
