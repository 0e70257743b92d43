module github.com/rules-strata/rules_strata

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/google/renameio/v2 v2.0.2
	golang.org/x/sys v0.49.0
	golang.org/x/term v0.47.0
)
