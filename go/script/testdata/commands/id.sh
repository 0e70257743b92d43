#### -u -g
id -u
id -g
id -u app
id -g app
id --user daemon
#### -n
id -un
id -gn
id -un app
id -gn app
id -nu 1
id -n app 2>/dev/null || echo $?
#### -G
id -G app
id -Gn app
id --groups --name daemon
#### plain
id app
id daemon
id 1000
id stranger 2>/dev/null || echo $?
id app daemon
id -u app stranger 2>/dev/null || echo $?
id -z -u app | tr '\0' '!'
id -r -u app
