package builtin

import (
	"regexp"
	"strings"
	"time"
)

var (
	wordPattern   = regexp.MustCompile(`^[a-zA-Z]+\.?`)
	signedPattern = regexp.MustCompile(`^([-+]) *([0-9]{1,9})`)
	numberPattern = regexp.MustCompile(`^[0-9]{1,9}`)
	offsetPattern = regexp.MustCompile(`^([-+]) *([0-9]{1,2})(?::?([0-9]{2}))?\b`)
	halfPattern   = regexp.MustCompile(`^([ap])\.?m\.?`)
	slashPattern  = regexp.MustCompile(`^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})`)
)

// dateWords is a date of words in any order, as GNU's tools take it: "14 Sep 2020 12:26", "2020-01-31 + 1 month", "2 weeks ago".
type dateWords struct {
	rest                string
	year, month, day    int
	hasDay, hasTime     bool
	clock, offset       time.Duration
	weekday             string
	years, months, days int
	shift               time.Duration
	// lastUnit and lastCount are what "ago" turns round.
	lastUnit  string
	lastCount int
}

// parseDateWords parses a text that parseDate does not know as a whole.
func parseDateWords(text string, now time.Time) (time.Time, bool) {
	p := &dateWords{rest: strings.ToLower(text)}
	for {
		p.rest = strings.TrimLeft(p.rest, " \t,")
		if p.rest == "" {
			return p.result(now)
		}
		if !p.item() {
			return time.Time{}, false
		}
	}
}

// result joins what was read.
func (p *dateWords) result(now time.Time) (time.Time, bool) {
	t := now
	if p.hasDay || p.hasTime {
		year, month, day := now.Date()
		if p.hasDay {
			year, month, day = p.year, time.Month(p.month), p.day
		}
		var ok bool
		if t, ok = makeTime(year, int(month), day, 0, 0, 0, 0); !ok {
			return t, false
		}
	}
	if p.weekday != "" && (!p.hasDay || !strings.HasPrefix(strings.ToLower(t.Weekday().String()), p.weekday)) {
		return t, false
	}
	return t.AddDate(p.years, p.months, p.days).Add(p.clock - p.offset + p.shift), true
}

// take removes a match from the text.
func (p *dateWords) take(pattern *regexp.Regexp) []string {
	m := pattern.FindStringSubmatch(p.rest)
	if m != nil {
		p.rest = p.rest[len(m[0]):]
	}
	return m
}

// item reads one item.
func (p *dateWords) item() bool {
	if m := p.take(slashPattern); m != nil {
		return p.setDay(number(m[3]), number(m[1]), number(m[2]))
	}
	if !p.hasDay {
		if m := dayPattern.FindStringSubmatch(p.rest); m != nil {
			fields := m[1:4]
			for at := 4; fields[0] == ""; at += 3 {
				fields = m[at : at+3]
			}
			p.rest = p.rest[len(m[0]):]
			p.rest = strings.TrimPrefix(p.rest, "t")
			return p.setDay(number(fields[0]), number(fields[1]), number(fields[2]))
		}
	}
	if m := p.take(clockPattern); m != nil {
		return p.setTime(m)
	}
	if m := p.take(signedPattern); m != nil {
		count := number(m[2])
		if m[1] == "-" {
			count = -count
		}
		return p.unit(count)
	}
	if m := p.take(numberPattern); m != nil {
		return p.afterNumber(number(m[0]))
	}
	return p.word()
}

func (p *dateWords) setDay(year, month, day int) bool {
	if p.hasDay {
		return false
	}
	p.year, p.month, p.day, p.hasDay = year, month, day, true
	return true
}

// setTime takes a time of the day, and a zone that follows it.
func (p *dateWords) setTime(m []string) bool {
	hour, minute, second := number(m[1]), number(m[2]), number(m[3])
	if p.hasTime || hour > 23 || minute > 59 || second > 59 {
		return false
	}
	p.rest = strings.TrimLeft(p.rest, " ")
	switch half := p.take(halfPattern); {
	case half == nil:
	case hour < 1 || hour > 12:
		return false
	default:
		hour %= 12
		if half[1] == "p" {
			hour += 12
		}
	}
	p.hasTime = true
	p.clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(nanoseconds(m[4]))
	p.rest = strings.TrimLeft(p.rest, " ")
	// In "12:00 +1 day" the sign begins a zone, as GNU's tools read it, and a day follows.
	if zone := p.take(offsetPattern); zone != nil {
		p.offset = time.Duration(number(zone[2]))*time.Hour + time.Duration(number(zone[3]))*time.Minute
		if zone[1] == "-" {
			p.offset = -p.offset
		}
	}
	return true
}

// afterNumber reads what a number belongs to: the name of a month, or a unit.
func (p *dateWords) afterNumber(n int) bool {
	before := p.rest
	p.rest = strings.TrimLeft(p.rest, " -")
	word := p.take(wordPattern)
	if word == nil {
		return false
	}
	if month := monthNumber(word[0]); month > 0 {
		p.rest = strings.TrimLeft(p.rest, " -,")
		year := p.take(numberPattern)
		return year != nil && len(year[0]) == 4 && p.setDay(number(year[0]), month, n)
	}
	p.rest = before
	return p.unit(n)
}

// word reads a word that stands alone.
func (p *dateWords) word() bool {
	m := p.take(wordPattern)
	if m == nil {
		return false
	}
	word := m[0]
	if month := monthNumber(word); month > 0 {
		p.rest = strings.TrimLeft(p.rest, " ")
		day := p.take(numberPattern)
		p.rest = strings.TrimLeft(p.rest, " ,")
		year := p.take(numberPattern)
		return day != nil && year != nil && len(year[0]) == 4 && !strings.HasPrefix(p.rest, ":") &&
			p.setDay(number(year[0]), month, number(day[0]))
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		name := strings.ToLower(day.String())
		if short := strings.TrimSuffix(word, "."); short == name || short == name[:3] {
			p.weekday = name[:3]
			return true
		}
	}
	switch word {
	case "now", "today", "utc", "gmt", "z":
	case "yesterday":
		p.days--
	case "tomorrow":
		p.days++
	case "ago":
		if p.lastUnit == "" {
			return false
		}
		p.add(p.lastUnit, -2*p.lastCount)
		p.lastUnit = ""
	case "next":
		return p.unit(1)
	case "last":
		return p.unit(-1)
	default:
		return p.add(word, 1)
	}
	return true
}

// unit reads a unit of time and adds so many of it.
func (p *dateWords) unit(count int) bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	word := p.take(wordPattern)
	if word == nil || !p.add(word[0], count) {
		return false
	}
	return true
}

// add adds units of time; false is for a word that names none.
func (p *dateWords) add(unit string, count int) bool {
	switch strings.TrimSuffix(unit, "s") {
	case "year":
		p.years += count
	case "month":
		p.months += count
	case "fortnight":
		p.days += 14 * count
	case "week":
		p.days += 7 * count
	case "day":
		p.days += count
	case "hour":
		p.shift += time.Duration(count) * time.Hour
	case "minute", "min":
		p.shift += time.Duration(count) * time.Minute
	case "second", "sec":
		p.shift += time.Duration(count) * time.Second
	default:
		return false
	}
	p.lastUnit, p.lastCount = unit, count
	return true
}

// monthNumber is the number of a month's name or its first three letters, 0 for other words.
func monthNumber(word string) int {
	word = strings.TrimSuffix(word, ".")
	for month := time.January; month <= time.December; month++ {
		name := strings.ToLower(month.String())
		if word == name || word == name[:3] || word == "sept" && month == time.September {
			return int(month)
		}
	}
	return 0
}
