#### -n
groupmod -n crew staff
groupmod --new-name web app
groupmod -n root crew || echo $?
#### -g
groupmod -g 5000 staff
groupmod --gid 6000 app
groupmod -g 0 staff || echo $?
#### -o -p
groupmod -o -g 0 staff
groupmod -p hash app
groupmod --non-unique -g 1 app
groupmod none || echo $?
#### -n -g
groupmod -n crew -g 77 staff
groupmod -g 78 -n web app
