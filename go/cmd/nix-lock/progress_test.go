package main

import (
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
)

func TestProgress(t *testing.T) {
	now := nixlock.Progress{Done: 3, Known: 10, Path: locktest.Path("hello-2.12")}
	line := "3 of 10 objects: " + now.Path.Base()
	for _, test := range []struct {
		name  string
		p     progress
		want  string
		clear string
	}{
		{"file", progress{}, line + "\n" + line + "\n", ""},
		{"file, too early", progress{every: time.Hour, last: time.Now()}, "", ""},
		{"terminal", progress{width: 200}, clearLine + line + clearLine + line, clearLine},
		{"narrow terminal", progress{width: 10}, clearLine + "3 of 10 o" + clearLine + "3 of 10 o", clearLine},
		{"terminal, too early", progress{width: 10, every: time.Hour, last: time.Now()}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			p := test.p
			p.w = &b
			p.show(now)
			p.show(now)
			p.clear()
			if b.String() != test.want+test.clear {
				t.Errorf("got %q", b.String())
			}
		})
	}
}
