#### -d
date -d @0
date -d @1234567890 +%Y-%m-%dT%H:%M:%SZ
date -d '2020-02-29 12:34:56' '+%s %j %a %A %b %B %d %e'
date -d '2020-01-31 + 1 month' +%F 2>/dev/null || :
date -d '2020-01-31 1 day' +%F
date -d '2020-01-31 yesterday' +%F
date -d '2020-01-31 2 weeks ago' +%F
date -d 2001-02-03T04:05:06+02:00 +%s
date --date=@86399 +%T
date -d '@1.5' +%s.%N
date -d 'Jan 2 2006 15:04' +%s
date -d '2 January 2006' +%F
date -d 20060102 +%F
date -d nonsense 2>/dev/null || echo $?
#### -u
date -u -d @0
date -u -d @1600000000 +%c
TZ=America/New_York date -u -d @0 +%H:%M%z
date --utc -d '2020-01-01' +%s
date -u -d @1600000000 '+%D %R %r %p %I %l %k %y %C %u %w %V %G %U %W %q %n%t%%'
#### -R -I --rfc-3339
date -R -d @1600000000
date -Iseconds -d @1600000000
date -I -d @1600000000
date -Ihours -d @1600000000
date --iso-8601=minutes -d @1600000000
date --rfc-3339=seconds -d @1600000000
date --rfc-3339=date -d @1600000000
date --rfc-email -d @0
date -Ins -d @1600000000
#### -r
touch -d @1234567890 f
date -r f +%s
date -r f -u
date --reference=f +%F
date -r missing 2>/dev/null || echo $?
#### padding
date -d @0 '+%-d %_d %03d %-m %_H %-I %^a %^b %#p %10Y %:z %::z %z %Z %s'
date -d @1600000000 '+%x %X %h %P %N %3N %-j %E' 2>/dev/null | cut -c1-40
date -d "@$SOURCE_DATE_EPOCH" +%F
#### -d sentences
date -d 'Fri, 14 Feb 2020 10:00:00 +0000' +%s
date -d '2020-01-01 12:00:00 -0500' +%FT%T
date -d '2020-01-01 12:00 +1 day' +%FT%T
date -d '2020-01-01 + 90 minutes' +%FT%T
date -d '2020-03-01 -1 day' +%F
date -d '2020-01-15 next month' +%F
date -d '2020-01-15 last week' +%F
date -d '2019-12-31 1 year 1 day' +%F
date -d '1 Mar 2021 3:04 pm' +%FT%T
date -d '12/25/2021' +%F
date -d '2020-02-30' 2>/dev/null || echo $?
date -d '2020-01-01 25:00' 2>/dev/null || echo $?
date -d '@1600000000' -u +%FT%TZ
date -d '2020-01-01T00:00:00Z 3 hours ago' +%FT%T
date -d 'May 5, 2021' +%A
