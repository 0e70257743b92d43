package passwd

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Definitions are the settings of etc/login.defs: names such as UID_MIN, and
// their values.
type Definitions map[string]string

// ReadDefinitions reads a file in the format of login.defs(5).
func ReadDefinitions(r io.Reader) (Definitions, error) {
	d := Definitions{}
	lines := bufio.NewScanner(io.LimitReader(r, maxFile))
	for lines.Scan() {
		name, rest, found := cutBlank(strings.TrimSpace(lines.Text()))
		if !found || strings.HasPrefix(name, "#") {
			continue
		}
		value := strings.TrimLeft(rest, " \t\"")
		value, _, _ = strings.Cut(value, `"`)
		d[name] = value
	}
	return d, lines.Err()
}

// Number gives a setting as a number of 0 or more, or the default if there is
// none. Like C's numbers it may be octal (022) or hexadecimal (0x12).
func (d Definitions) Number(name string, otherwise int64) (int64, error) {
	value, found := d[name]
	if !found {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(value, 0, 64)
	if err != nil || n < -1 || n > math.MaxUint32 {
		return 0, fmt.Errorf("login.defs: %s is %q: want a number", name, value)
	}
	return n, nil
}

// Bool says whether a setting is "yes", in any case of letters.
func (d Definitions) Bool(name string) bool { return strings.EqualFold(d[name], "yes") }

func cutBlank(s string) (before, after string, found bool) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// knownDefinitions are the settings that shadow 4.17 with PAM knows.
var knownDefinitions = strings.Fields(`
	CHFN_RESTRICT CONSOLE CONSOLE_GROUPS CREATE_HOME DEFAULT_HOME ENCRYPT_METHOD ENV_PATH ENV_SUPATH ERASECHAR FAIL_DELAY FAKE_SHELL
	FORCE_SHADOW GID_MAX GID_MIN GRANT_AUX_GROUP_SUBIDS HOME_MODE HUSHLOGIN_FILE KILLCHAR LASTLOG_UID_MAX LOGIN_RETRIES LOGIN_TIMEOUT
	LOG_OK_LOGINS LOG_UNKFAIL_ENAB MAIL_DIR MAIL_FILE MAX_MEMBERS_PER_GROUP MD5_CRYPT_ENAB NONEXISTENT PASS_MAX_DAYS PASS_MIN_DAYS
	PASS_WARN_AGE PREVENT_NO_AUTH SHA_CRYPT_MAX_ROUNDS SHA_CRYPT_MIN_ROUNDS SUB_GID_COUNT SUB_GID_MAX SUB_GID_MIN SUB_UID_COUNT
	SUB_UID_MAX SUB_UID_MIN SULOG_FILE SU_NAME SYSLOG_SG_ENAB SYSLOG_SU_ENAB SYS_GID_MAX SYS_GID_MIN SYS_UID_MAX SYS_UID_MIN TTYGROUP
	TTYPERM TTYTYPE_FILE UID_MAX UID_MIN UMASK USERDEL_CMD USERGROUPS_ENAB YESCRYPT_COST_FACTOR`)

// KnownDefinition says whether a setting is one that can be set on a command
// line.
func KnownDefinition(name string) bool { return slices.Contains(knownDefinitions, name) }
