package builtin

// textCommands are the commands that read and write text, and those that run others or tell about the surroundings.
var textCommands map[string]Command

func init() {
	textCommands = map[string]Command{
		"cat": runCat, "comm": runComm, "cut": runCut, "echo": runEcho, "egrep": runGrep, "fgrep": runGrep, "grep": runGrep, "head": runHead,
		"paste": runPaste, "printf": runPrintf, "sed": runSed, "sort": runSort, "tail": runTail, "tee": runTee, "tr": runTr, "uniq": runUniq,
		"wc": runWc,
	}
}
