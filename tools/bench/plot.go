package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// chart is a bar for each of several numbers of one kind.
type chart struct {
	title, unit string
	bars        []bar
}

// bar is one number of a chart.
type bar struct {
	name  string
	value float64
	// least and most are the spread of the value, 0 if there is none.
	least, most float64
	// budget is what the value may be at most, 0 if there is none.
	budget float64
	// other says that the number is another program's.
	other bool
}

// charts show the charted columns of a table, the first with its budgets. Rows
// without a number there are left out.
func (t table) charts() []chart {
	var all []chart
	budgets := slices.Index(t.Head, "budget")
	for _, column := range t.Charted {
		at := slices.Index(t.Head, column)
		c := chart{title: t.Head[0], unit: column}
		for _, row := range t.Rows {
			value, ok := leadingNumber(row[at])
			if !ok {
				continue
			}
			b := bar{name: row[0], value: value}
			if budgets >= 0 && len(all) == 0 {
				b.budget, _ = leadingNumber(row[budgets])
			}
			c.bars = append(c.bars, b)
		}
		all = append(all, c)
	}
	return all
}

// leadingNumber reads "12.5 %", "64" or "< 9.4", and nothing that is more than a
// number with its unit.
func leadingNumber(cell string) (value float64, ok bool) {
	number, unit, _ := strings.Cut(strings.TrimPrefix(cell, "< "), " ")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) || strings.Contains(unit, " ") {
		return 0, false
	}
	return v, true
}

// The measures of a plot, in pixels.
const (
	plotWidth  = 1000
	labelWidth = 400
	barsWidth  = plotWidth - labelWidth - 100
	rowHeight  = 22
	barHeight  = 14
	margin     = 16
	titleSpace = 34
)

// plotLegend tells what is drawn how.
const plotLegend = "blue: rules_strata; grey: other programs; thin line: from the least run to the most; red line: budget"

// plotStyle has colours for a light and a dark page, which can be told apart by
// those who see few.
const plotStyle = `<style>
svg { font: 13px system-ui, sans-serif; background: #fff; color: #1b1f24 }
text { fill: currentColor }
.head { font-weight: 600; font-size: 15px }
.quiet { opacity: .7 }
.own { fill: #0b6e99 }
.other { fill: #b9bec5 }
.spread { stroke: currentColor; stroke-width: 1.5 }
.budget { stroke: #c43b1d; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
svg { background: #14171a; color: #e8eaed }
.own { fill: #4fb3dd }
.other { fill: #5d646c }
.budget { stroke: #ff8a66 }
}
</style>
`

// plot draws charts below each other, as SVG.
func plot(title string, charts []chart) string {
	var b strings.Builder
	y := margin + 14
	fmt.Fprintf(&b, "<text class=\"head\" x=\"%d\" y=\"%d\">%s</text>\n", margin, y, html.EscapeString(title))
	y += rowHeight
	fmt.Fprintf(&b, "<text class=\"quiet\" x=\"%d\" y=\"%d\">%s</text>\n", margin, y, plotLegend)
	for _, c := range charts {
		y = c.draw(&b, y+titleSpace)
	}
	y += margin
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%[1]d\" height=\"%[2]d\" role=\"img\">\n<title>%s</title>\n%s%s</svg>\n",
		plotWidth, y, html.EscapeString(title), plotStyle, &b)
}

// draw draws a chart from y on, and gives where it ends.
func (c chart) draw(b *strings.Builder, y int) (end int) {
	fmt.Fprintf(b, "<text class=\"head\" x=\"%d\" y=\"%d\">%s</text>\n", margin, y, html.EscapeString(c.title+", "+c.unit))
	scale := c.scale()
	for _, bar := range c.bars {
		y += rowHeight
		bar.draw(b, y, scale)
	}
	return y
}

// scale is how many pixels are a unit.
func (c chart) scale() float64 {
	var most float64
	for _, b := range c.bars {
		most = max(most, math.Abs(b.value), b.most)
	}
	if most == 0 {
		return 0
	}
	return barsWidth / most
}

// draw draws a bar whose text stands at y.
func (bar bar) draw(b *strings.Builder, y int, scale float64) {
	class := "own"
	if bar.other {
		class = "other"
	}
	// What is below 0 is drawn as long as what is above, with its sign.
	width := math.Abs(bar.value) * scale
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", labelWidth-8, y, html.EscapeString(shortened(bar.name)))
	fmt.Fprintf(b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n", class, labelWidth, y-barHeight+3, width, barHeight)
	middle := y - barHeight/2 + 3
	if bar.most > bar.least {
		fmt.Fprintf(b, "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", labelWidth+bar.least*scale, labelWidth+bar.most*scale, middle, middle)
	}
	if at := bar.budget * scale; at > 0 && at <= barsWidth {
		fmt.Fprintf(b, "<line class=\"budget\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", labelWidth+at, labelWidth+at, y-barHeight, y+5)
	}
	fmt.Fprintf(b, "<text class=\"quiet\" x=\"%.1f\" y=\"%d\">%s</text>\n", labelWidth+max(width, bar.most*scale)+8, y, shownNumber(bar.value))
}

// shortened fits a name into the space left of the bars.
func shortened(name string) string {
	const most = 58
	if r := []rune(name); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return name
}

// shownNumber has three digits that mean something.
func shownNumber(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
