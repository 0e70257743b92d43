package main

import (
	"fmt"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo/rebuild"
)

// scaleTable is a table of the suite scale: a row for each strategy.
type scaleTable struct {
	title   string
	columns []scaleColumn
}

type scaleColumn struct {
	head string
	cell func(x *scaled) string
}

func (t *scaleTable) write(r *report, results []scaled) error {
	head := []string{t.title}
	for _, c := range t.columns {
		head = append(head, c.head)
	}
	var rows [][]string
	for i := range results {
		row := []string{results[i].strategy}
		for _, c := range t.columns {
			row = append(row, c.cell(&results[i]))
		}
		rows = append(rows, row)
	}
	if err := r.write(head, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(r.table)
	return err
}

func count(n float64) string       { return fmt.Sprintf("%.0f", n) }
func inGigabytes(n float64) string { return fmt.Sprintf("%.1f", n/1e9) }
func inMegabytes(n float64) string { return fmt.Sprintf("%.1f", n/1e6) }

// perDay is a column of something that a day has.
func perDay(head string, format func(float64) string, of func(x *scaled) float64) scaleColumn {
	return scaleColumn{head, func(x *scaled) string { return format(x.day(of(x))) }}
}

// actionsTable has the actions that run in a day where the past is known, and
// what they read.
func actionsTable() scaleTable {
	runs := func(head string, kinds ...rebuild.Kind) scaleColumn {
		return perDay(head, count, func(x *scaled) float64 {
			var n int64
			for _, k := range kinds {
				n += x.Runs[k]
			}
			return float64(n)
		})
	}
	return scaleTable{"actions a day", []scaleColumn{
		runs("ObjectLayer", rebuild.ObjectLayer),
		runs("ObjectInfo", rebuild.ObjectInfo),
		runs("BlobInfo", rebuild.ObjectBlobInfo, rebuild.RestBlobInfo, rebuild.CustomisationBlobInfo),
		runs("Customisation", rebuild.CustomisationLayer),
		runs("Closure", rebuild.Closure),
		runs("LayerPlan", rebuild.LayerPlan),
		runs("RestLayer", rebuild.RestLayer),
		perDay("RestLayer, fresh", count, func(x *scaled) float64 {
			return float64(x.Runs[rebuild.RestLayer] + x.FreshRuns[rebuild.RestLayer])
		}),
		runs("config, manifest, push", rebuild.ImageConfig, rebuild.ImageManifest, rebuild.PushManifest),
		runs("tar, layout", rebuild.LayerTar, rebuild.ImageLayout),
		perDay("GB read", inGigabytes, func(x *scaled) float64 { return float64(x.Cost.Read) }),
		perDay("CPU h", hours, func(x *scaled) float64 { return x.Cost.CPU }),
		perDay("CPU h, fresh", hours, func(x *scaled) float64 { return x.Cost.CPU + x.FreshCost.CPU }),
	}}
}

func hours(seconds float64) string { return fmt.Sprintf("%.2f", seconds/3600) }

// cacheTable has what a remote cache gets and is asked.
func cacheTable(engineers int) scaleTable {
	person := func(n float64) float64 { return n / float64(engineers) }
	return scaleTable{"cache a day", []scaleColumn{
		perDay("MB added", inMegabytes, func(x *scaled) float64 { return float64(x.Cost.CacheBytes) }),
		perDay("MB, fresh", inMegabytes, func(x *scaled) float64 { return float64(x.Cost.CacheBytes + x.FreshCost.CacheBytes) }),
		perDay("requests", count, func(x *scaled) float64 { return float64(x.Cost.CacheRequests) }),
		perDay("lookups, fresh", count, func(x *scaled) float64 { return float64(x.Lookups) }),
		perDay("GB fetched, fresh", inGigabytes, func(x *scaled) float64 { return float64(x.Fetched) }),
		perDay("GB runfiles", inGigabytes, func(x *scaled) float64 { return float64(x.Runfiles) }),
		perDay("own edits", count, func(x *scaled) float64 { return x.LoopActions }),
		perDay("MB, person", func(n float64) string { return fmt.Sprintf("%.2f", person(n)/1e6) },
			func(x *scaled) float64 { return float64(x.Cost.CacheBytes) }),
		perDay("requests, person", func(n float64) string { return count(person(n)) },
			func(x *scaled) float64 { return float64(x.Cost.CacheRequests) + x.LoopActions }),
	}}
}

// deliveryTable has what registries and engines get.
func deliveryTable(engineers int) scaleTable {
	person := func(n float64) string { return inMegabytes(n / float64(engineers)) }
	return scaleTable{"delivery a day", []scaleColumn{
		{"layers", func(x *scaled) string { return fmt.Sprintf("%.1f", x.Layers) }},
		perDay("images", count, func(x *scaled) float64 { return float64(x.Pushed.Images) }),
		perDay("layers sent", count, func(x *scaled) float64 { return float64(x.Pushed.Layers) }),
		perDay("requests", count, func(x *scaled) float64 { return float64(x.Pushed.Requests) }),
		perDay("GB sent", inGigabytes, func(x *scaled) float64 { return float64(x.Pushed.Bytes) }),
		perDay("GB stored", inGigabytes, func(x *scaled) float64 { return float64(x.Pushed.StoredBytes) }),
		perDay("sync MB", person, func(x *scaled) float64 { return x.Sync.Bytes }),
		perDay("chain", person, func(x *scaled) float64 { return x.Sync.Chain }),
		perDay("edits MB", person, func(x *scaled) float64 { return x.Loop.Bytes }),
		perDay("chain", person, func(x *scaled) float64 { return x.Loop.Chain }),
	}}
}
