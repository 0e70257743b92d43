package builtin

import "testing"

func TestStatAgainstGNU(t *testing.T) {
	compareWithGNU(t, []testScript{{name: "stat", leftOut: map[string]string{
		"stat -c '%+s|% s|%+5s|%-+5s' g": "stat gives a size a sign",
	}, script: `
		touch -d @5 f
		mkdir d
		ln -s f l
		ln -s 'a b' l2
		mkfifo p
		mknod c c 1 300
		chmod 6755 f
		chmod 1777 d
		write g 'hello!'
		cp g 'sp ace'
		chown 5:7 g
		chown 54321:54322 p
		stat -c '%a|%A|%f|%F|%g|%G|%h|%n|%N|%s|%t|%T|%u|%U|%%' f d l l2 p c g 'sp ace'
		touch -d '2020-01-02 03:04:05.678901234' f
		stat -c '%y|%Y|%.3Y|%.Y|%.9Y|%12Y|%.2y|%-12Y|%.12Y' f
		stat -c '%5a|%-5a|%05a|%#a|%#f|%.10n|%10n|%-3n|%.1n|%.n' f
		stat -c '%+s|% s|%+5s|%-+5s' g
		stat -c '%03s|%.3s|%05.3s|%10F|%.3F' g
		stat -c '%+u|% g|%+h|%+5u|%05h' g
		stat --printf '%n\n\t\x41\101\e%a\\\"\q' f
		stat --printf '%n\' f
		stat -Lc %F l l2
		stat nosuch -c %a
		stat -c %a
		stat -c %n f f
		stat -c '\n' f
		stat --format=%Y%% f
		stat -c '%Hr %Lr' c g
		stat -c '%a%' f
		stat -c '%a %5' f
		stat -c '' f
		stat -c %U --printf %G f
		touch -t 202001020304.05 f
		stat -c %y f
		touch -t 6901020304 f
		stat -c '%y %Y %.3Y' f
		touch -t 6801020304 f
		stat -c %y f
		touch -d 2020-01-02T03:04:05Z f
		stat -c %y f
		touch -d '2020-01-02 03:04:05 +0130' f
		stat -c %y f
		touch -d @1234567890.5 f
		stat -c %.2Y f
		touch -d 20200102 f
		stat -c %y f
		touch -d 2020/1/2 f
		stat -c %y f
		touch -d '2020-01-02 03:04:05,25 UTC' f
		stat -c %y f
		touch -a -d @9 f
		stat -c %Y f
		touch -m -d @9 f
		stat -c %Y f
		touch --time=access -d @99 f
		touch --time=modify --date=@98 f
		stat -c %Y f
		cp -p f f2
		cp f f3
		touch -r f f3
		install -p f f4
		touch -d @77 d
		cp -a d d2
		mv f3 f5
		stat -c '%n %Y' f2 f4 f5 d2
		touch -r f -d tomorrow f5
		stat -c %Y f5
	`}})
}
