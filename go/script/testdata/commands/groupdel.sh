#### plain
groupdel staff
groupdel none || echo $?
groupdel app || echo $?
#### -f
groupdel -f app
groupdel --force staff
#### -R -P
groupdel -R / staff
groupadd web
groupdel -P / web
#### --root
groupadd web
groupdel --root / web
grep -c web etc/group || echo none
