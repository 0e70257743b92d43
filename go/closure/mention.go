package closure

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// addSynthetic adds synthetic objects, which may mention each other. The files
// are an image's config and the like, small enough to be read whole.
func (g *graph) addSynthetic(list []Synthetic) error {
	data := make([][]byte, len(list))
	for i, s := range list {
		path, err := store.ParsePath(g.storeDir, s.Path)
		if err != nil {
			return fmt.Errorf("synthetic object: %w", err)
		}
		if data[i], err = os.ReadFile(s.File); err != nil {
			return fmt.Errorf("synthetic object %s: %w", path, err)
		}
		if old := g.nodes[path]; old != nil {
			return fmt.Errorf("synthetic object %s: %s describes this path already", path, old.file)
		}
		g.nodes[path] = &node{Object: Object{Path: path, References: []store.Path{}, Synthetic: true}, file: s.File}
	}
	if len(list) == 0 {
		return nil
	}
	index := g.byHash()
	for i, s := range list {
		n := g.nodes[store.Path(s.Path)]
		for _, m := range mentions(data[i], g.storeDir) {
			target, ok := index.find(m)
			if !ok && store.IsPlaceholder(store.Path(m).HashPart()) {
				continue
			}
			if !ok {
				return fmt.Errorf("%s mentions %s, which is not in the graph of %d objects: %s",
					s.File, m, len(g.nodes)-len(list), remedy(n.Path))
			}
			n.References = append(n.References, target)
		}
		slices.Sort(n.References)
		n.References = slices.Compact(n.References)
	}
	return nil
}

// remedy says how an object comes into an image whose synthetic object mentions
// it. An image has two, the config and what links and scripts make.
func remedy(synthetic store.Path) string {
	switch synthetic.Name() {
	case "config":
		return "write $(store_path LABEL) for it, name it in config_deps where the config is image_config or a file, or add it to contents"
	case "customisation-layer":
		return "write $(store_path LABEL) for it in the script, name it in store_deps, or add it to contents"
	default:
		return "add the object to contents"
	}
}

// hashIndex finds objects by the hash part of their paths. Two objects may
// have one hash part, although Nix never makes such a pair.
type hashIndex map[string][]store.Path

func (g *graph) byHash() hashIndex {
	index := make(hashIndex, len(g.nodes))
	for path := range g.nodes {
		index[path.HashPart()] = append(index[path.HashPart()], path)
	}
	return index
}

// find returns the object that a mention refers to. The hash part alone
// decides, as in Nix; where several objects share it, the longest path that
// the mention begins with does.
func (x hashIndex) find(mention string) (store.Path, bool) {
	candidates := x[store.Path(mention).HashPart()]
	if len(candidates) == 1 {
		return candidates[0], true
	}
	var best store.Path
	for _, c := range candidates {
		if strings.HasPrefix(mention, string(c)) && len(c) > len(best) {
			best = c
		}
	}
	return best, best != ""
}

// mentions returns every occurrence of "<storeDir>/<32 base32 characters>-" in
// data, each with the characters of a name that follow it, each text once, in
// the order of their first occurrence.
func mentions(data []byte, storeDir string) []string {
	prefix := []byte(storeDir + "/")
	var found []string
	seen := map[string]bool{}
	for {
		i := bytes.Index(data, prefix)
		if i < 0 {
			return found
		}
		m := mentionLen(data[i+len(prefix):])
		if m > 0 {
			text := string(data[i : i+len(prefix)+m])
			if !seen[text] {
				seen[text] = true
				found = append(found, text)
			}
		}
		data = data[i+len(prefix):]
	}
}

// mentionLen is the length of the "<32 base32 characters>-<name>" that data
// begins with, or 0.
func mentionLen(data []byte) int {
	if len(data) <= store.HashLen || data[store.HashLen] != '-' {
		return 0
	}
	for _, c := range data[:store.HashLen] {
		if strings.IndexByte(store.Base32Alphabet, c) < 0 {
			return 0
		}
	}
	n := store.HashLen + 1
	for n < len(data) && store.IsNameByte(data[n]) {
		n++
	}
	return n
}
