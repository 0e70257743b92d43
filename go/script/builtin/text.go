package builtin

// textCommands are the commands that read and write text, and those that run others or tell about the surroundings. The map is filled at
// start, since some of them look commands up themselves.
var textCommands map[string]Command

func init() {
	textCommands = map[string]Command{
		"base64": runBase64, "bash": runSh, "cat": runCat, "cmp": runCmp, "comm": runComm, "cut": runCut, "date": runDate, "diff": runDiff,
		"echo": runEcho, "egrep": runGrep, "env": runEnv, "fgrep": runGrep, "grep": runGrep, "head": runHead, "id": runID,
		"md5sum": md5Digester.run, "mktemp": runMktemp, "nl": runNl, "paste": runPaste, "printenv": runPrintenv, "printf": runPrintf,
		"rev": runRev, "sed": runSed, "seq": runSeq, "sh": runSh, "sha1sum": sha1Digester.run, "sha256sum": sha256Digester.run,
		"sha512sum": sha512Digester.run, "sleep": runSleep, "sort": runSort, "tac": runTac, "tail": runTail, "tee": runTee, "tr": runTr,
		"uniq": runUniq, "wc": runWc, "which": runWhich, "whoami": runWhoami, "xargs": runXargs,
	}
}
