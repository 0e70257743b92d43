package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// peer is what other programs need for something that strata does, too.
type peer struct {
	name string
	// programs must all be in PATH, the one that is compared first.
	programs []string
	// line is a command line of bash, in the folder of the inputs; it writes into
	// OUT.
	line string
}

// tarOf makes GNU tar write the files in the same order and with the same owner
// and time every time.
const tarOf = "tar --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner -cf - " + speedTree

// peers are compared in the suite's groups, by their names. docker load is in
// the suite load, which starts an engine for it.
func peers() map[string][]peer {
	// Both digests are made, that of the tar and that of the blob.
	compress := func(program, options string) peer {
		return peer{program + ", with GNU tar and sha256sum", []string{program, "tar", "sha256sum"},
			"mkfifo OUT/pipe; sha256sum <OUT/pipe >OUT/diff_id & " + tarOf + " | tee OUT/pipe | " + program + " " + options + " | tee OUT/blob | sha256sum >OUT/digest; wait $!"}
	}
	return map[string][]peer{
		groupLayers: {{"GNU tar and sha256sum", []string{"tar", "sha256sum"}, tarOf + " | sha256sum >OUT/digest"}},
		groupTars:   {{"GNU tar, tee and sha256sum", []string{"tar", "sha256sum"}, tarOf + " | tee OUT/tar | sha256sum >OUT/digest"}},
		groupBlobs:  {compress("zstd", "-q -c"), compress("gzip", "-c"), compress("pigz", "-c")},
		groupImages: {
			{"crane append, with GNU tar", []string{"crane", "tar"}, tarOf + " >OUT/tar && crane append --oci-empty-base -f OUT/tar -t bench.test/image:1 -o OUT/image.tar"},
			{"umoci insert", []string{"umoci"}, "umoci init --layout OUT/l && umoci new --image OUT/l:x && umoci insert " + rootless() + "--image OUT/l:x " + speedTree + " /" + speedTree},
			{"umoci unpack and repack", []string{"umoci", "cp"}, "umoci init --layout OUT/l && umoci new --image OUT/l:x && umoci unpack " + rootless() +
				"--image OUT/l:x OUT/b && cp -a " + speedTree + " OUT/b/rootfs/ && umoci repack --image OUT/l:x OUT/b"},
			{"buildah add and commit", []string{"buildah"}, "b='buildah --root '$PWD'/OUT/r --runroot '$PWD'/OUT/rr --storage-driver vfs'; " +
				"c=$($b from scratch) && $b add -q $c " + speedTree + " /" + speedTree + " >OUT/added && $b commit -q --format oci $c oci:OUT/l:x >OUT/id && $b rm $c >OUT/removed"},
		},
		groupCopies: {{"skopeo copy of a docker archive", []string{"skopeo"}, "skopeo copy -q --insecure-policy docker-archive:image.tar oci:OUT/l:x"}},
	}
}

// rootless is the option with which umoci works for users.
func rootless() string {
	if os.Getuid() == 0 {
		return ""
	}
	return "--rootless "
}

// missing is nil if the peer's programs are there.
func (p *peer) missing(ctx context.Context) error {
	for _, program := range append([]string{shellProgram}, p.programs...) {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
		if program == "tar" && !strings.Contains(versionOf(ctx, program), "GNU tar") {
			return fmt.Errorf("%s is not GNU tar", program)
		}
	}
	return nil
}

// shellProgram runs lines of other programs: a shell that knows of pipefail.
const shellProgram = "bash"

// shellArgs have it run a line until a command fails, be it any of a pipeline: a
// compressor that crashes must not count as one that is soon done.
func shellArgs(line string) []string { return []string{"-e", "-o", "pipefail", "-c", line} }

// task is what the peer does. All of its processes count.
func (p *peer) task(size int64) *task {
	line := strings.ReplaceAll(p.line, "OUT", outFolder)
	return &task{name: p.name, peer: true, input: size, commands: [][]string{append([]string{shellProgram}, shellArgs(line)...)}}
}

// versionOf is the first line of what a program says of its version, empty if
// it says nothing.
func versionOf(ctx context.Context, program string) string {
	for _, flag := range []string{"--version", "version"} {
		out, err := exec.CommandContext(ctx, program, flag).CombinedOutput()
		line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
		if err == nil && len(line) > 0 {
			return string(line)
		}
	}
	return ""
}
