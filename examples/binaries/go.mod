module example.org/binaries

go 1.26
