#### -z
dirname -z a/b c | tr '\0' '!'
dirname --zero x/y | tr '\0' '!'
#### forms
dirname a/b/c
dirname a
dirname /
dirname /a
dirname a/b/
dirname a//b
dirname //a
dirname ''
dirname .
#### more
dirname a/b c/d e
dirname -- -x/y
dirname "$PWD/x" | sed 's|.*/||'
dirname 2>/dev/null || echo $?
