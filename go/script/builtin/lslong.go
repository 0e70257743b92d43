package builtin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// longRow is one line of ls -l, in columns.
type longRow struct {
	mode, links       string
	owner, group      longOwner
	size              string
	major, minor      string
	time, name, after string
}

// longOwner is an owner's name, or where it has none the number, which stands on the right.
type longOwner struct {
	text    string
	numeric bool
}

// printLong lists entries with -l, the columns as wide as their widest entry.
func (r *listRun) printLong(entries []listEntry) {
	accounts := r.c.accounts()
	rows := make([]longRow, len(entries))
	var links, owner, group, size, major, minor, when int
	for i, e := range entries {
		row := r.row(e, accounts)
		rows[i] = row
		links, owner, group = max(links, len(row.links)), max(owner, len(row.owner.text)), max(group, len(row.group.text))
		size, major, minor = max(size, len(row.size)), max(major, len(row.major)), max(minor, len(row.minor))
		when = max(when, len(row.time))
	}
	if major > 0 {
		size = max(size, major+2+minor)
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%s %*s ", row.mode, links, row.links)
		if r.owner {
			b.WriteString(row.owner.pad(owner) + " ")
		}
		if r.group {
			b.WriteString(row.group.pad(group) + " ")
		}
		if row.major != "" {
			fmt.Fprintf(&b, "%*s, %*s", size-2-minor, row.major, minor, row.minor)
		} else {
			fmt.Fprintf(&b, "%*s", size, row.size)
		}
		fmt.Fprintf(&b, " %*s %s%s\n", when, row.time, row.name, row.after)
	}
	r.c.Printf("%s", b.String())
}

func (o longOwner) pad(width int) string {
	if o.numeric {
		return fmt.Sprintf("%*s", width, o.text)
	}
	return fmt.Sprintf("%-*s", width, o.text)
}

// row renders one entry's columns.
func (r *listRun) row(e listEntry, accounts accounts) longRow {
	row := longRow{
		mode: modeString(e.info), links: strconv.Itoa(e.info.Nlink),
		owner: r.longOwner(accounts.users, e.info.UID), group: r.longOwner(accounts.groups, e.info.GID),
		time: r.timeText(e.info.MTime), name: e.name,
	}
	switch e.info.Type {
	case scriptfs.CharDevice, scriptfs.BlockDevice:
		row.major, row.minor = strconv.FormatInt(e.info.Major, 10), strconv.FormatInt(e.info.Minor, 10)
	default:
		row.size = r.sizeText(fileSize(e.info))
	}
	if e.info.Type != scriptfs.Symlink {
		row.after = r.indicator(e.info)
		return row
	}
	row.after = " -> " + e.info.Target
	if e.target != nil && r.indicate == 'F' {
		row.after += r.indicator(*e.target)
	}
	return row
}

func (r *listRun) longOwner(list []account, id int64) longOwner {
	if a, ok := byID(list, id); ok && !r.numeric {
		return longOwner{text: a.name}
	}
	return longOwner{text: strconv.FormatInt(id, 10), numeric: true}
}

// timeText shows a time as the style asks for; the usual one shows the time of day of the last half year's, the year of others.
func (r *listRun) timeText(t time.Time) string {
	t = t.UTC()
	halfYear := 31556952 * time.Second / 2
	recent := !t.After(r.c.Clock) && t.After(r.c.Clock.Add(-halfYear))
	switch {
	case strings.HasPrefix(r.timeStyle, "+"):
		return formatDate(r.timeStyle[1:], t)
	case r.timeStyle == "full-iso":
		return t.Format("2006-01-02 15:04:05.000000000 -0700")
	case r.timeStyle == "long-iso":
		return t.Format("2006-01-02 15:04")
	case r.timeStyle == "iso" && recent:
		return t.Format("01-02 15:04")
	case r.timeStyle == "iso":
		return t.Format("2006-01-02 ")
	case recent:
		return t.Format("Jan _2 15:04")
	default:
		return t.Format("Jan _2  2006")
	}
}

// blockSize is the unit in which files are taken to occupy a disk.
const blockSize = 4096

// total is the space that entries occupy: whole blocks for regular files and directories, nothing for others.
func (r *listRun) total(entries []listEntry) string {
	var blocks int64
	for _, e := range entries {
		if e.info.Type == scriptfs.Regular || e.info.Type == scriptfs.Directory {
			blocks += (fileSize(e.info) + blockSize - 1) / blockSize
		}
	}
	if r.human {
		return humanSize(blocks * blockSize)
	}
	return strconv.FormatInt(blocks*blockSize/1024, 10)
}

func (r *listRun) sizeText(size int64) string {
	if r.human {
		return humanSize(size)
	}
	return strconv.FormatInt(size, 10)
}

// humanSize renders a size in the largest unit of 1024, rounded up, with one decimal below ten.
func humanSize(size int64) string {
	if size < 1024 {
		return strconv.FormatInt(size, 10)
	}
	unit, letter := int64(1024), 0
	for letter < 5 && size > 1023*unit {
		unit, letter = unit*1024, letter+1
	}
	whole, rest := size/unit, size%unit
	tenths := (uint64(rest)*10 + uint64(unit) - 1) / uint64(unit)
	if whole < 10 && (whole < 9 || tenths < 10) {
		return fmt.Sprintf("%d.%d%c", whole+int64(tenths/10), tenths%10, "KMGTPE"[letter])
	}
	if rest > 0 {
		whole++
	}
	return fmt.Sprintf("%d%c", whole, "KMGTPE"[letter])
}
