package image

import (
	"encoding/json"
	"strings"
)

// history is an entry of a config's history.
type history struct {
	Comment string `json:"comment"`
	Created string `json:"created"`
}

// comment says what a layer holds.
func comment(l Layer) string {
	switch l.Kind {
	case CustomisationLayer:
		if len(l.StorePaths) == 0 {
			return "customisation layer"
		}
		return "customisation layer, store paths: " + quoteList(l)
	case WhiteoutLayer:
		return "removed store paths: " + quoteList(l)
	}
	return "store paths: " + quoteList(l)
}

func quoteList(l Layer) string {
	quoted := make([]string, len(l.StorePaths))
	for i, p := range l.StorePaths {
		quoted[i] = "'" + string(p) + "'"
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// layerHistory is the base's history, or one with an entry a layer if the base
// has none that goes with its layers. Entries without a time of the base get
// created.
func (b *Base) layerHistory(created string) []any {
	var entries []any
	if b.historyFits() {
		for _, entry := range b.history {
			entries = append(entries, entry)
		}
		return entries
	}
	if b.created != "" {
		created = b.created
	}
	for range b.diffIDs {
		entries = append(entries, history{Comment: "layer of the base image", Created: created})
	}
	return entries
}

// historyFits says whether the base has a history with one entry for each
// layer, besides those of empty layers.
func (b *Base) historyFits() bool {
	layers := 0
	for _, entry := range b.history {
		var e struct {
			EmptyLayer bool `json:"empty_layer"`
		}
		if err := json.Unmarshal(entry, &e); err != nil {
			return false
		}
		if !e.EmptyLayer {
			layers++
		}
	}
	return layers == len(b.diffIDs)
}
