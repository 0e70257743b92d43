package builtin

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// splitString replaces the option -S, where it stands before all operands, by the arguments that its text holds.
func (c *Context) splitString(args []string) ([]string, error) {
	for i := 1; i < len(args) && strings.HasPrefix(args[i], "-"); i++ {
		text, rest := "", args[i+1:]
		switch {
		case (args[i] == "-S" || args[i] == "--split-string") && len(rest) > 0:
			text, rest = rest[0], rest[1:]
		case strings.HasPrefix(args[i], "-S"):
			text = args[i][2:]
		case strings.HasPrefix(args[i], "--split-string="):
			_, text, _ = strings.Cut(args[i], "=")
		case args[i] == "-u" || args[i] == "-C":
			i++
			continue
		default:
			continue
		}
		words, err := c.splitWords(text)
		if err != nil {
			return nil, err
		}
		return slices.Concat(args[:i], words, rest), nil
	}
	return args, nil
}

var bracedVariable = regexp.MustCompile(`^\$\{([a-zA-Z_][a-zA-Z_0-9]*)\}`)

// splitEscapes are the letters that stand for others behind a backslash.
var splitEscapes = map[byte]string{'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '#': "#", '$': "$", '"': "\"", '\'': "'", '\\': "\\"}

// splitWords splits a text at blanks, with quotes, escapes and ${NAME} as env -S has them.
func (c *Context) splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inWord := byte(0), false
	end := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch {
		case b == quote && quote != 0:
			quote = 0
		case quote == 0 && (b == '"' || b == '\''):
			quote, inWord = b, true
		case quote == 0 && strings.IndexByte(" \t\n\v\f\r", b) >= 0:
			end()
		case quote == 0 && b == '#' && !inWord:
			return words, nil
		case b == '\\' && i+1 == len(text):
			return nil, errors.New("invalid backslash at end of string in -S")
		case b == '\\' && quote == '\'' && text[i+1] != '\'' && text[i+1] != '\\':
			word.WriteByte(b)
		case b == '\\':
			i++
			switch replacement, ok := splitEscapes[text[i]]; {
			case ok:
				word.WriteString(replacement)
			case text[i] == '_' && quote == 0:
				end()
				continue
			case text[i] == '_':
				word.WriteByte(' ')
			case text[i] == 'c' && quote == 0:
				end()
				return words, nil
			default:
				return nil, fmt.Errorf("invalid sequence '\\%c' in -S", text[i])
			}
			inWord = true
		case b == '$' && quote != '\'':
			m := bracedVariable.FindStringSubmatch(text[i:])
			if m == nil {
				return nil, errors.New("only ${VARNAME} expansion is supported")
			}
			word.WriteString(c.Getenv(m[1]))
			inWord = true
			i += len(m[0]) - 1
		default:
			word.WriteByte(b)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, errors.New("no terminating quote in -S string")
	}
	end()
	return words, nil
}
