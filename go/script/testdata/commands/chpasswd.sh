#### -e
echo 'app:$6$WK48kzUo2WiOUlbv$kEP2IH2vGKZdxUhdBCYBHmmAoL5dfG0G1e2YBPOcUDDiWhiqOEklSiT8KDC5POivHFCK2CLS1PpzwWIqf1PN41' | chpasswd -e
printf 'root:!\ndaemon:*\n' | chpasswd --encrypted
#### -e errors
echo 'none:x' | chpasswd -e || echo $?
echo 'no colon' | chpasswd -e || echo $?
printf '%s\n' 'app:$6$WK48kzUo2WiOUlbv$kEP2IH2vGKZdxUhdBCYBHmmAoL5dfG0G1e2YBPOcUDDiWhiqOEklSiT8KDC5POivHFCK2CLS1PpzwWIqf1PN41' none:x | chpasswd -e || echo $?
#### --encrypted -R
echo 'app:$6$WK48kzUo2WiOUlbv$kEP2IH2vGKZdxUhdBCYBHmmAoL5dfG0G1e2YBPOcUDDiWhiqOEklSiT8KDC5POivHFCK2CLS1PpzwWIqf1PN41' | chpasswd --encrypted -R /
#### -e an empty list
chpasswd -e </dev/null
printf '' | chpasswd -e
