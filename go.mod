module github.com/rules-strata/rules_strata

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/google/renameio/v2 v2.0.2
)

require golang.org/x/sys v0.49.0
