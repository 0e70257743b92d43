package bash

import "mvdan.cc/sh/v3/syntax"

// testCommand is test and [: those of package builtin, but for what only a
// shell knows.
func testCommand(sh *Shell, args []string) jump {
	operands := args[1:]
	if args[0] == "[" && len(operands) > 0 && operands[len(operands)-1] == "]" {
		operands = operands[:len(operands)-1]
	}
	negate := false
	if (len(operands) == 3 || len(operands) == 4) && operands[0] == "!" {
		negate, operands = true, operands[1:]
	}
	if len(operands) == 2 {
		for name, op := range map[string]syntax.UnTestOperator{
			"-v": syntax.TsVarSet, "-o": syntax.TsOptSet, "-R": syntax.TsRefVar, "-t": syntax.TsFdTerm, "-O": syntax.TsUsrOwn, "-G": syntax.TsGrpOwn,
		} {
			if operands[0] == name {
				ok, err := sh.unaryTest(op, operands[1])
				if err != nil {
					sh.report(err)
					sh.status = statusUsage
					return on
				}
				sh.status = int(truth(ok == negate))
				return on
			}
		}
	}
	if len(operands) == 3 && (operands[1] == "<" || operands[1] == ">") {
		ok := operands[0] < operands[2]
		if operands[1] == ">" {
			ok = operands[0] > operands[2]
		}
		sh.status = int(truth(ok == negate))
		return on
	}
	for _, o := range operands[:max(0, len(operands)-1)] {
		if len(operands) > 3 && (o == "-v" || o == "-R") {
			sh.instead(o+" within a longer test", "use [[ ]]")
		}
	}
	sh.status = sh.external(args)
	return on
}
