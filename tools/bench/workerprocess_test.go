package main

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// TestRequest: as many requests as asked for are under way before any is
// answered, in whichever order that is.
func TestRequest(t *testing.T) {
	commands := [][]string{{"a"}, {"b"}, {"c"}, {"d"}}
	for _, test := range []struct {
		name   string
		atOnce int
		// answer is what the worker says, instead of success.
		answer func() *protocol.WorkResponse
		want   string
	}{
		{"one after another", 1, nil, ""},
		{"three at a time", 3, nil, ""},
		{"more than there are", 9, nil, ""},
		{"failed", 2, func() *protocol.WorkResponse {
			return &protocol.WorkResponse{RequestId: 2, ExitCode: 1, Output: "broken"}
		}, "request 2 of 4: status 1: broken"},
		{"nobody's", 2, func() *protocol.WorkResponse { return &protocol.WorkResponse{RequestId: 7} }, "request 7 of 4: status 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, requests := io.Pipe()
			responses, out := io.Pipe()
			var seen []string
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer out.Close()
				reader := bufio.NewReader(in)
				var under []*protocol.WorkRequest
				for answered := 0; answered < len(commands); answered++ {
					for len(under) < min(test.atOnce, len(commands)-answered) {
						var r protocol.WorkRequest
						if protodelim.UnmarshalFrom(reader, &r) != nil {
							return
						}
						seen = append(seen, strings.Join(r.Arguments, " "))
						under = append(under, &r)
					}
					// The last one is the first to be answered.
					last := under[len(under)-1]
					under = under[:len(under)-1]
					answer := &protocol.WorkResponse{RequestId: last.RequestId}
					if test.answer != nil {
						answer = test.answer()
					}
					if _, err := protodelim.MarshalTo(out, answer); err != nil {
						return
					}
				}
			}()
			err := request(requests, bufio.NewReader(responses), commands, test.atOnce)
			responses.Close()
			requests.Close()
			<-done
			if test.want == "" && (err != nil || !slices.Equal(seen, []string{"a", "b", "c", "d"})) {
				t.Errorf("%v, requests %q", err, seen)
			}
			if test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
