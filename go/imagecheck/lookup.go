package imagecheck

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/imagetree"
)

// maxLinks is how many symlinks one path may lead through, as in Linux.
const maxLinks = 40

// found is where a path leads.
type found struct {
	// node is nil if nothing is there.
	node *imagetree.Node
	// real is the path without symlinks.
	real string
	// why says, if nothing is there, how far the path leads.
	why string
}

// lookup follows a path from the root. The last part is followed if it is a
// symlink and follow says so.
func lookup(root *imagetree.Node, name string, follow bool) found {
	// dirs are the directories from the root to the current one, names how
	// they are called in the one above.
	dirs, names := []*imagetree.Node{root}, []string{}
	rest := strings.Split(name, "/")
	links := 0
	for i := 0; i < len(rest); i++ {
		part := rest[i]
		here := "/" + strings.Join(names, "/")
		switch part {
		case "", ".":
			continue
		case "..":
			if len(names) > 0 {
				dirs, names = dirs[:len(dirs)-1], names[:len(names)-1]
			}
			continue
		}
		dir := dirs[len(dirs)-1]
		if dir.Type != imagetree.Directory {
			return found{why: fmt.Sprintf("%s is a %s", here, dir.Type)}
		}
		child := dir.Children[part]
		if child == nil {
			return found{why: fmt.Sprintf("%s is not in %s, where are %s", quoteName(part), here, enumerate(sortedKeys(dir.Children)))}
		}
		if child.Type == imagetree.Symlink && (follow || hasMore(rest[i+1:])) {
			if links++; links > maxLinks {
				return found{why: fmt.Sprintf("it leads through more than %d symlinks", maxLinks)}
			}
			rest, i = append(strings.Split(child.Target, "/"), rest[i+1:]...), -1
			if strings.HasPrefix(child.Target, "/") {
				dirs, names = dirs[:1], names[:0]
			}
			continue
		}
		dirs, names = append(dirs, child), append(names, part)
	}
	return found{node: dirs[len(dirs)-1], real: "/" + strings.Join(names, "/")}
}

// hasMore says whether parts of a path lead on, or at least want a directory.
func hasMore(parts []string) bool { return len(parts) > 0 }

// maxListed is how many names a failure shows.
const maxListed = 20

// enumerate lists names for people.
func enumerate(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	more := ""
	if n := len(names) - maxListed; n > 0 {
		names, more = names[:maxListed], fmt.Sprintf(" and %d more", n)
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quoteName(name)
	}
	return strings.Join(quoted, ", ") + more
}

// quoteName quotes a name that would not be understood without quotes.
func quoteName(name string) string {
	if quoted := fmt.Sprintf("%q", name); quoted != `"`+name+`"` || strings.ContainsAny(name, " ,") {
		return quoted
	}
	return name
}
