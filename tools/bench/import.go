package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// importCmd is the suite import.
type importCmd struct {
	Size   size   `default:"256MiB" placeholder:"SIZE" help:"Size of the file in the NAR (default ${default})."`
	Runs   int    `default:"3" placeholder:"N" help:"How often each NAR is imported (default ${default}): the run with the least CPU time counts."`
	Folder string `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again; three times the size must fit (default: the system's for temporary files)."`
}

// Help describes the suite.
func (importCmd) Help() string {
	return "Makes a NAR of one file, half text and half random bytes, compresses it in each way that binary caches do, with the tool of that name, " +
		"and runs strata nar on it. The same tool with tee and sha256sum is what it is compared with. A tool that is not in PATH is left out."
}

// compression is a way to compress a NAR, and what its tool does.
type compression struct {
	name string
	// pack writes the NAR as caches have it to its standard output.
	pack string
	// unpack writes the NAR to out and to its standard output.
	unpack string
}

func compressions() []compression {
	return []compression{
		{"none", "cat nar", "tee out <file"},
		{"gzip", "gzip -c nar", "gzip -dc <file | tee out"},
		{"bzip2", "bzip2 -c nar", "bzip2 -dc <file | tee out"},
		{"xz", "xz -T1 -c nar", "xz -T1 -dc <file | tee out"},
		{"zstd", "zstd -q -c nar", "zstd -q -dc <file | tee out"},
	}
}

// imported is what an import needed, and what the tools did.
type imported struct {
	name       string
	fileSize   int64
	own, tools usage
}

// Run runs the suite.
func (c *importCmd) Run(ctx context.Context, p *programs, r *report) error {
	results, err := c.measure(ctx, p, r)
	if err != nil {
		return err
	}
	return reportImports(r, int64(c.Size), results)
}

func reportImports(r *report, size int64, results []imported) error {
	var rows [][]string
	var over []string
	for _, i := range results {
		rows = append(rows, []string{i.name, mebibytes(i.fileSize), i.own.peakCell(), fmt.Sprint(memoryBudget >> 20),
			speed(size, i.own), speed(size, i.tools), fmt.Sprintf("%.2f", i.tools.cpu.Seconds()/i.own.cpu.Seconds())})
		if i.own.peak > memoryBudget {
			over = append(over, i.name)
		}
	}
	if err := r.write([]string{"NAR in", "file MiB", "peak MiB", "budget", "MB/CPU s", "tools", "ratio"}, rows, "peak MiB", "MB/CPU s"); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget of %d MiB: %s", memoryBudget>>20, strings.Join(over, "; "))
	}
	return nil
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }

// speed is in megabytes of the NAR per second of CPU time.
func speed(size int64, u usage) string {
	return fmt.Sprintf("%.0f", float64(size)/1e6/u.cpu.Seconds())
}

// measure makes the NAR and imports it from each compression.
func (c *importCmd) measure(ctx context.Context, p *programs, r *report) (results []imported, err error) {
	if c.Runs < 1 {
		return nil, fmt.Errorf("--runs is %d: want at least 1", c.Runs)
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-import-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	r.begin("%s, a NAR of %s", machine(), c.Size)
	if err := p.prepare(ctx, folder); err != nil {
		return nil, err
	}
	object, err := signedNAR(folder, int64(c.Size))
	if err != nil {
		return nil, err
	}
	forgetPeak()
	r.version("sha256sum", versionOf(ctx, "sha256sum"))
	for _, k := range compressions() {
		tool := strings.Fields(k.pack)[0]
		if _, err := exec.LookPath(tool); err != nil {
			r.begin("left out: %s: %v", k.name, err)
			continue
		}
		r.version(tool, versionOf(ctx, tool))
		result, err := c.compare(ctx, p.Strata, folder, object, k)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		r.begin("%6s MiB  %s", result.own.peakCell(), k.name)
		results = append(results, result)
	}
	return results, nil
}

// signedObject is a NAR, and what its cache says of it.
type signedObject struct {
	size int64
	// flags are those of strata nar that do not say how the file is compressed.
	flags []string
}

// signedNAR writes a NAR of one file, named nar, and signs it.
func signedNAR(folder string, length int64) (*signedObject, error) {
	hash := sha256.New()
	f := files{folder: folder}
	f.create("nar", func(w io.Writer) error {
		out := nar.NewWriter(io.MultiWriter(w, hash))
		if err := out.WriteHeader(nar.Entry{Type: nar.Regular, Size: length}); err != nil {
			return err
		}
		if _, err := io.Copy(out, io.LimitReader(newContent(), length)); err != nil {
			return err
		}
		return out.Close()
	})
	if f.err != nil {
		return nil, f.err
	}
	info, err := os.Stat(filepath.Join(folder, "nar"))
	if err != nil {
		return nil, err
	}
	s, err := newSigner()
	if err != nil {
		return nil, err
	}
	narHash := narinfo.Hash(hash.Sum(nil))
	return &signedObject{size: info.Size(), flags: []string{
		"--store-path", bigPath, "--nar-hash", narHash.SRI(), "--nar-size", fmt.Sprint(info.Size()),
		"--signature", s.sign(bigPath, narHash, info.Size(), nil), "--trusted-public-key", s.key.String(),
	}}, nil
}

// signer signs as a binary cache does, with a key of its own.
type signer struct {
	key     narinfo.PublicKey
	private ed25519.PrivateKey
}

func newSigner() (*signer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	return &signer{narinfo.PublicKey{Name: "bench-1", Key: public}, private}, err
}

// sign gives a signature as narinfo.ParseSignature reads it.
func (s *signer) sign(path store.Path, narHash narinfo.Hash, narSize int64, references []store.Path) string {
	text := narinfo.Fingerprint(path, narHash, narSize, references)
	return narinfo.Signature{KeyName: s.key.Name, Sig: ed25519.Sign(s.private, []byte(text))}.String()
}

// compare compresses the NAR, and imports it in turns with the tools.
func (c *importCmd) compare(ctx context.Context, strata, folder string, object *signedObject, k compression) (imported, error) {
	result := imported{name: k.name}
	if _, err := shell(ctx, folder, k.pack+" >file"); err != nil {
		return result, err
	}
	info, err := os.Stat(filepath.Join(folder, "file"))
	if err != nil {
		return result, err
	}
	result.fileSize = info.Size()
	args := append([]string{"nar", "--file", "file", "--compression", k.name, "--out", "out"}, object.flags...)
	var own, tools []usage
	for range c.Runs {
		u, err := process{program: strata, args: args, dir: folder}.run(ctx)
		if err != nil {
			return result, err
		}
		own = append(own, u)
		if u, err = shell(ctx, folder, k.unpack+" | sha256sum"); err != nil {
			return result, err
		}
		tools = append(tools, u)
		if err := checkSize(filepath.Join(folder, "out"), object.size); err != nil {
			return result, fmt.Errorf("%s: %w", k.unpack, err)
		}
	}
	result.own, result.tools = least(own), least(tools)
	return result, errors.Join(os.Remove(filepath.Join(folder, "file")), os.Remove(filepath.Join(folder, "out")))
}

// shell runs a command line, and counts all of its processes.
func shell(ctx context.Context, folder, line string) (usage, error) {
	return process{program: shellProgram, args: shellArgs(line), dir: folder}.run(ctx)
}

// checkSize finds out whether the tools wrote all of the NAR.
func checkSize(file string, want int64) error {
	info, err := os.Stat(file)
	if err == nil && info.Size() != want {
		err = fmt.Errorf("%d bytes were written, want %d", info.Size(), want)
	}
	return err
}

// least is the run with the least CPU time, with the highest peak of all.
func least(runs []usage) usage {
	best := slices.MinFunc(runs, func(a, b usage) int { return cmp.Compare(a.cpu, b.cpu) })
	best.peak, best.floor = highest(runs)
	return best
}
