package image

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// everyField is a config with all that a user may set.
const everyField = `{
	"User": "1000:1000", "ExposedPorts": {"80/tcp": {}, "53/udp": {}}, "Env": ["PATH=/bin", "EMPTY="],
	"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["echo <&>\u2028"], "Volumes": {"/data": {}}, "WorkingDir": "/",
	"Labels": {"org.opencontainers.image.title": "hello", "": ""}, "StopSignal": "SIGTERM",
	"Healthcheck": {"Test": ["NONE"], "Interval": 30000000000, "Timeout": 0, "StartPeriod": 1000000, "StartInterval": 1000001, "Retries": 3},
	"Shell": ["/bin/sh"], "OnBuild": [], "ArgsEscaped": true,
	"Memory": 9223372036854775807, "MemorySwap": -1, "CpuShares": 2
}`

func TestParseUserConfig(t *testing.T) {
	for _, test := range []struct{ name, config string }{
		{"every field", everyField},
		{"nothing", "{}"},
		{"nulls, as Docker writes them", `{"Cmd": null, "Entrypoint": null, "Env": null, "Labels": null, "Volumes": null, "ExposedPorts": null, "Healthcheck": null, "OnBuild": null, "Shell": null}`},
		{"empty lists", `{"Cmd": [], "Env": [], "Labels": {}, "Volumes": {}, "Healthcheck": {}}`},
		{"white space", "\t{ \"Cmd\" :\r\n[ ] }"},
		{"escapes", `{"\u0043md": ["\u0001\ud83d\ude00"]}`},
		{"ports", `{"ExposedPorts": {"0": {}, "65535/sctp": {}, "8000-8010": {}, "90-90/UDP": {}}}`},
		{"signal by number", `{"StopSignal": "15"}`},
		{"signal in small letters", `{"StopSignal": "quit"}`},
		{"real-time signal", `{"StopSignal": "SIGRTMIN+3"}`},
		{"last real-time signals", `{"StopSignal": "RTMAX-14"}`},
		{"text that is not ASCII", `{"Cmd": ["jürgen", "😀"]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseUserConfig([]byte("\n " + test.config + " \n"))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != strings.TrimSpace(test.config) {
				t.Errorf("got %s", got)
			}
			if err := jsonfile.Decode(got, &UserConfig{}); err != nil {
				t.Errorf("UserConfig does not hold it: %v", err)
			}
		})
	}
}

func TestParseUserConfigErrors(t *testing.T) {
	const allFields = "ArgsEscaped, Cmd, CpuShares, Entrypoint, Env, ExposedPorts, Healthcheck, Labels, Memory, MemorySwap, OnBuild, Shell, StopSignal, User, Volumes, WorkingDir"
	for _, test := range []struct{ name, config, wantErr string }{
		{"empty", "", "not JSON: it is empty: write {} for no settings"},
		{"blanks", " \n", "not JSON: it is empty"},
		{"no JSON", "Cmd = x", "not JSON: invalid character 'C'"},
		{"truncated", `{"Cmd": [`, "not JSON: unexpected EOF"},
		{"null", "null", "null is not a config: want an object with fields like Cmd and Env"},
		{"list", `[{}]`, "a list is not a config"},
		{"string", `"x"`, "a string is not a config"},
		{"number", `1`, "the number 1 is not a config"},
		{"bool", `true`, "true is not a config"},
		{"two values", `{}{}`, "not JSON: something follows after the value"},
		{"text after the value", `{} x`, "not JSON: something follows after the value"},
		{"closing brace after the value", `{}}`, "not JSON: something follows after the value"},
		{"not UTF-8", "{\"Cmd\": [\"\xff\"]}", "byte 10 is not UTF-8: JSON cannot carry it"},
		{"cut character", "{}\xe2\x82", "byte 2 is not UTF-8"},
		{"byte order mark", "\ufeff{}", "not JSON: invalid character"},
		{"unknown field", `{"Command": []}`, `unknown field "Command": the fields are ` + allFields},
		{"the first of several", `{"Z": 1, "B": 1, "A": 1, "C": 1}`, `unknown field "A"`},
		{"small letters", `{"cmd": []}`, `unknown field "cmd": write "Cmd"`},
		{"capital letters", `{"ENV": []}`, `unknown field "ENV": write "Env"`},
		{"underscore", `{"working_dir": "/"}`, `unknown field "working_dir": write "WorkingDir"`},
		{"Go's name", `{"CPUShares": 1}`, `unknown field "CPUShares": write "CpuShares"`},
		{"field of the image's config", `{"config": {}}`, `unknown field "config": the fields are`},
		{"empty name", `{"": 1}`, `unknown field ""`},
		{"string for a list", `{"Cmd": "/bin/sh"}`, "Cmd: a string cannot stand here: want a list of strings"},
		{"object for a list", `{"Env": {"A": "B"}}`, "Env: an object cannot stand here: want a list of strings"},
		{"number for a string", `{"User": 1000}`, "User: the number 1000 cannot stand here: want a string"},
		{"null for a string", `{"WorkingDir": null}`, "WorkingDir: null cannot stand here: want a string"},
		{"string for a bool", `{"ArgsEscaped": "true"}`, "ArgsEscaped: a string cannot stand here: want true or false"},
		{"null for a number", `{"Memory": null}`, "Memory: null cannot stand here: want a whole number"},
		{"list for an object", `{"ExposedPorts": ["80/tcp"]}`, "ExposedPorts: a list cannot stand here: want an object"},
		{"string for an object", `{"Healthcheck": "curl"}`, "Healthcheck: a string cannot stand here: want an object"},
		{"true for an object", `{"Labels": true}`, "Labels: true cannot stand here: want an object"},
		{"number in a list", `{"Cmd": ["a", 1]}`, "Cmd[1]: the number 1 cannot stand here: want a string"},
		{"null in a list", `{"Env": [null]}`, "Env[0]: null cannot stand here: want a string"},
		{"list in a list", `{"Entrypoint": [["a"]]}`, "Entrypoint[0]: a list cannot stand here: want a string"},
		{"number in an object", `{"Labels": {"b": "", "a": 1}}`, `Labels["a"]: the number 1 cannot stand here: want a string`},
		{"null in an object", `{"Labels": {"a": null}}`, `Labels["a"]: null cannot stand here: want a string`},
		{"port with settings", `{"ExposedPorts": {"80/tcp": {"HostPort": "80"}}}`, `unknown field "HostPort" in ExposedPorts["80/tcp"]: want an empty object, {}`},
		{"volume with a path", `{"Volumes": {"/data": "/host"}}`, `Volumes["/data"]: a string cannot stand here: want an empty object, {}`},
		{"port with null", `{"ExposedPorts": {"80": null}}`, `ExposedPorts["80"]: null cannot stand here: want an empty object, {}`},
		{"small letters, nested", `{"Healthcheck": {"interval": 1}}`, `unknown field "interval" in Healthcheck: write "Interval"`},
		{"unknown field, nested", `{"Healthcheck": {"Cmd": []}}`, `unknown field "Cmd" in Healthcheck: the fields are Interval, Retries, StartInterval, StartPeriod, Test, Timeout`},
		{"duration in words", `{"Healthcheck": {"Interval": "30s"}}`, "Healthcheck.Interval: a string cannot stand here: want a whole number of nanoseconds, 30000000000 for 30 s"},
		{"duration with a fraction", `{"Healthcheck": {"Timeout": 1.5}}`, "Healthcheck.Timeout: the number 1.5 cannot stand here: want a whole number of nanoseconds"},
		{"list, nested", `{"Healthcheck": {"Test": ["CMD", null]}}`, "Healthcheck.Test[1]: null cannot stand here: want a string"},
		{"string for a list, nested", `{"Healthcheck": {"Test": "CMD"}}`, "Healthcheck.Test: a string cannot stand here: want a list of strings"},
		{"retries", `{"Healthcheck": {"Retries": true}}`, "Healthcheck.Retries: true cannot stand here: want a whole number of at most 64 bits"},
		{"over 64 bits", `{"Memory": 9223372036854775808}`, "Memory: the number 9223372036854775808 cannot stand here: want a whole number of at most 64 bits"},
		{"under 64 bits", `{"MemorySwap": -9223372036854775809}`, "MemorySwap: the number -9223372036854775809"},
		{"exponent", `{"CpuShares": 1e3}`, "CpuShares: the number 1e3 cannot stand here: want a whole number"},
		{"number that is very long", `{"Memory": ` + strings.Repeat("9", 1000) + `}`, "Memory: the number " + strings.Repeat("9", 40) + " cannot stand here"},
		{"variable without a value", `{"Env": ["A=1", "FOO"]}`, `Env[1]: "FOO" has no "=": write NAME=VALUE`},
		{"variable without a name", `{"Env": ["=1"]}`, `Env[0]: "=1" has no name before "="`},
		{"empty variable", `{"Env": [""]}`, `Env[0]: "" has no "="`},
		{"port that is a word", `{"ExposedPorts": {"http": {}}}`, `ExposedPorts["http"]: "http" is not a port: want 0 to 65535`},
		{"port that is too big", `{"ExposedPorts": {"65536/tcp": {}}}`, `ExposedPorts["65536/tcp"]: "65536" is not a port`},
		{"port with a sign", `{"ExposedPorts": {"+80": {}}}`, `ExposedPorts["+80"]: "+80" is not a port`},
		{"port of a host", `{"ExposedPorts": {"8080:80": {}}}`, `ExposedPorts["8080:80"]: "8080:80" is not a port`},
		{"empty port", `{"ExposedPorts": {"/tcp": {}}}`, `ExposedPorts["/tcp"]: "" is not a port`},
		{"unknown protocol", `{"ExposedPorts": {"80/http": {}}}`, `ExposedPorts["80/http"]: unknown protocol "http": want tcp, udp or sctp`},
		{"empty protocol", `{"ExposedPorts": {"80/": {}}}`, `ExposedPorts["80/"]: unknown protocol ""`},
		{"range that goes down", `{"ExposedPorts": {"90-80": {}}}`, `ExposedPorts["90-80"]: the range ends at 80, before its beginning at 90`},
		{"range without an end", `{"ExposedPorts": {"90-": {}}}`, `ExposedPorts["90-"]: "" is not a port`},
		{"relative volume", `{"Volumes": {"data": {}}}`, `Volumes["data"]: it is not absolute: begin it with /`},
		{"empty volume", `{"Volumes": {"": {}}}`, `Volumes[""]: it is not absolute`},
		{"root as a volume", `{"Volumes": {"//": {}}}`, `Volumes["//"]: the root folder cannot be a volume`},
		{"relative folder", `{"WorkingDir": "app"}`, `WorkingDir: "app" is not absolute: begin it with /`},
		{"no signal", `{"StopSignal": "SIGSTOPP"}`, `StopSignal: "SIGSTOPP" is not a signal of Linux`},
		{"signal 0", `{"StopSignal": "0"}`, `StopSignal: "0" is not a signal of Linux`},
		{"signal 65", `{"StopSignal": "65"}`, `StopSignal: "65" is not a signal`},
		{"signal far from RTMIN", `{"StopSignal": "SIGRTMIN+16"}`, `StopSignal: "SIGRTMIN+16" is not a signal`},
		{"health check without its kind", `{"Healthcheck": {"Test": ["curl", "x"]}}`, `Healthcheck.Test: it begins with "curl": want NONE, CMD or CMD-SHELL first`},
		{"health check in seconds", `{"Healthcheck": {"Test": ["NONE"], "Interval": 30}}`, "Healthcheck.Interval: it is 30 nanoseconds: want 0 for Docker's default, or at least 1000000, which is 1 ms"},
		{"negative duration", `{"Healthcheck": {"StartInterval": -1}}`, "Healthcheck.StartInterval: it is -1 nanoseconds"},
		{"short time-out", `{"Healthcheck": {"Timeout": 999999}}`, "Healthcheck.Timeout: it is 999999 nanoseconds"},
		{"short start", `{"Healthcheck": {"StartPeriod": 1}}`, "Healthcheck.StartPeriod: it is 1 nanoseconds"},
		{"negative retries", `{"Healthcheck": {"Retries": -1}}`, "Healthcheck.Retries: it is -1: want 0 for Docker's default, or more"},
		{"NUL in Env", `{"Env": ["A=1", "B=x\u0000y"]}`, `Env[1]: "B=x\x00y" has a NUL byte`},
		{"NUL in Cmd", `{"Cmd": ["/bin/x", "\u0000"]}`, `Cmd[1]: "\x00" has a NUL byte`},
		{"NUL in Entrypoint", `{"Entrypoint": ["/bin/x\u0000"]}`, `Entrypoint[0]: "/bin/x\x00" has a NUL byte`},
		{"NUL in Shell", `{"Shell": ["/bin/x\u0000"]}`, `Shell[0]: "/bin/x\x00" has a NUL byte`},
		{"NUL in a health check", `{"Healthcheck": {"Test": ["CMD", "\u0000"]}}`, `Healthcheck.Test[1]: "\x00" has a NUL byte`},
		{"NUL in a label", `{"Labels": {"a": "\u0000"}}`, `Labels["a"]: "\x00" has a NUL byte`},
		{"NUL in a label's name", `{"Labels": {"a\u0000": "x"}}`, `Labels: "a\x00" has a NUL byte`},
		{"NUL in User", `{"User": "root\u0000"}`, `User: "root\x00" has a NUL byte`},
		{"NUL in WorkingDir", `{"WorkingDir": "/\u0000"}`, `WorkingDir: "/\x00" has a NUL byte`},
		{"NUL in a volume", `{"Volumes": {"/\u0000": {}}}`, `Volumes: "/\x00" has a NUL byte`},
		{"NUL in a port", `{"ExposedPorts": {"80\u0000": {}}}`, `ExposedPorts: "80\x00" has a NUL byte`},
		{"nested very deep", strings.Repeat("[", 20_000), "not JSON: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseUserConfig([]byte(test.config))
			if err == nil {
				t.Fatalf("got %s", got)
			}
			if want := "config: " + test.wantErr; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// FuzzParseUserConfig: what is accepted is JSON that UserConfig holds.
func FuzzParseUserConfig(f *testing.F) {
	f.Add([]byte(everyField))
	f.Add([]byte(`{"Healthcheck": null}`))
	f.Add([]byte(`{"Labels": {"a": null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ParseUserConfig(data)
		if err != nil {
			return
		}
		if !json.Valid(got) {
			t.Errorf("%q is not JSON", got)
		}
		if err := jsonfile.Decode(got, &UserConfig{}); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	})
}
