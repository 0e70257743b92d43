module example.org/languages

go 1.26
