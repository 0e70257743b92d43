package bash

import (
	"slices"
	"strings"
)

func (a *arithmetician) comma() int64 {
	n := a.assignment()
	for a.accept(",") {
		n = a.assignment()
	}
	return n
}

// assignment reads an expression that may assign.
func (a *arithmetician) assignment() int64 {
	if isName(a.token) {
		begin, token, at := a.begin, a.token, a.at
		skipping := a.skipping
		a.skipping++
		a.reference()
		op := a.token
		a.skipping = skipping
		a.begin, a.token, a.at = begin, token, at
		if slices.Contains(assignments, op) {
			p := a.reference()
			a.next()
			n := a.assignment()
			if op != "=" {
				n = a.binary(op[:len(op)-1], a.load(p), n)
			}
			return a.store(p, n)
		}
	}
	return a.ternary()
}

func (a *arithmetician) ternary() int64 {
	condition := a.level(0)
	if !a.accept("?") {
		return condition
	}
	yes := a.evaluateIf(condition != 0, a.comma)
	if !a.accept(":") {
		a.fail("`:' expected for conditional expression")
	}
	no := a.evaluateIf(condition == 0, a.assignment)
	if condition != 0 {
		return yes
	}
	return no
}

// evaluateIf reads an operand, and evaluates it only if wanted.
func (a *arithmetician) evaluateIf(wanted bool, read func() int64) int64 {
	if !wanted {
		a.skipping++
		defer func() { a.skipping-- }()
	}
	return read()
}

// levels are the binary operators, those that bind least first.
var levels = [][]string{{"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}}

func (a *arithmetician) level(l int) int64 {
	if l == len(levels) {
		return a.power()
	}
	n := a.level(l + 1)
	for {
		op := ""
		for _, candidate := range levels[l] {
			if a.token == candidate {
				op = candidate
			}
		}
		if op == "" {
			return n
		}
		a.next()
		wanted := !(op == "&&" && n == 0 || op == "||" && n != 0)
		m := a.evaluateIf(wanted, func() int64 { return a.level(l + 1) })
		n = a.binary(op, n, m)
	}
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (a *arithmetician) binary(op string, x, y int64) int64 {
	switch op {
	case "||":
		return truth(x != 0 || y != 0)
	case "&&":
		return truth(x != 0 && y != 0)
	case "|":
		return x | y
	case "^":
		return x ^ y
	case "&":
		return x & y
	case "==":
		return truth(x == y)
	case "!=":
		return truth(x != y)
	case "<=":
		return truth(x <= y)
	case ">=":
		return truth(x >= y)
	case "<":
		return truth(x < y)
	case ">":
		return truth(x > y)
	case "<<":
		return x << (uint64(y) & 63)
	case ">>":
		return x >> (uint64(y) & 63)
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	}
	if y == 0 {
		if a.skipping > 0 {
			return 0
		}
		a.fail("division by 0")
	}
	if y == -1 {
		if op == "/" {
			return -x
		}
		return 0
	}
	if op == "/" {
		return x / y
	}
	return x % y
}

// power reads what binds more than multiplication: "**" from the right.
func (a *arithmetician) power() int64 {
	base := a.unary()
	if !a.accept("**") {
		return base
	}
	exponent := a.power()
	if exponent < 0 {
		if a.skipping > 0 {
			return 0
		}
		a.fail("exponent less than 0")
	}
	n := int64(1)
	for ; exponent > 0; exponent >>= 1 {
		if exponent&1 != 0 {
			n *= base
		}
		base *= base
	}
	return n
}

func (a *arithmetician) unary() int64 {
	switch op := a.token; op {
	case "++", "--":
		a.next()
		if !isName(a.token) {
			// Two signs, as in 5 - --3.
			n := a.unary()
			return n
		}
		p := a.reference()
		if op == "++" {
			return a.store(p, a.load(p)+1)
		}
		return a.store(p, a.load(p)-1)
	case "+":
		a.next()
		return a.unary()
	case "-":
		a.next()
		return -a.unary()
	case "!":
		a.next()
		return truth(a.unary() == 0)
	case "~":
		a.next()
		return ^a.unary()
	}
	return a.primary()
}

func (a *arithmetician) primary() int64 {
	switch {
	case a.token == "":
		a.fail("syntax error: operand expected")
	case a.accept("("):
		n := a.comma()
		if !a.accept(")") {
			a.fail("missing `)'")
		}
		return n
	case isName(a.token):
		p := a.reference()
		switch op := a.token; op {
		case "++", "--":
			a.next()
			n := a.load(p)
			if op == "++" {
				a.store(p, n+1)
			} else {
				a.store(p, n-1)
			}
			return n
		}
		return a.load(p)
	case isNameByte(a.token[0]):
		n := a.number(a.token)
		a.next()
		return n
	}
	a.fail("syntax error: operand expected (error token is %q)", a.text[a.begin:])
	return 0
}

// number is a constant: decimal, 0 octal, 0x hexadecimal, BASE#digits.
func (a *arithmetician) number(token string) int64 {
	base, digits := int64(10), token
	switch head, tail, ok := strings.Cut(token, "#"); {
	case ok:
		base = a.number(head)
		if base < 2 || base > 64 || tail == "" {
			a.fail("invalid arithmetic base (error token is %q)", token)
		}
		digits = tail
	case strings.HasPrefix(token, "0x") || strings.HasPrefix(token, "0X"):
		base, digits = 16, token[2:]
	case token[0] == '0':
		base = 8
	}
	n := int64(0)
	for i := range len(digits) {
		d := int64(strings.IndexByte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_", digits[i]))
		if base <= 36 && d >= 36 {
			d -= 26
		}
		if d < 0 || d >= base {
			a.fail("value too great for base (error token is %q)", token)
		}
		n = n*base + d
	}
	return n
}
