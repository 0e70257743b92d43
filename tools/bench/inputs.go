package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/nar"
)

// The objects of the suite memory: a big one, which refers to a small one.
const (
	bigPath   = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-big"
	smallPath = "/nix/store/zyxwvsrqpnmlkjihgfdcba9876543210-small"
)

// inputs makes the files that the steps begin with, in a folder. The big object
// is there twice, as a NAR and as a manifest of files.
func inputs(folder string, length int64) error {
	f := files{folder: folder}
	digest := f.big(length)
	f.nar("big.nar", "data", "data", length)
	const text = "small\n"
	f.text("small-data", text)
	f.nar("small.nar", "file", "small-data", int64(len(text)))

	f.create("part", func(w io.Writer) error {
		_, err := io.CopyN(w, newContent(), min(length, workerObjectSize))
		return err
	})
	f.text("part.manifest", "file\x000444\x00data\x00part\n")

	f.text("big.manifest", "file\x000444\x00data\x00data\n")
	const (
		nars        = "object\x00" + bigPath + "\nnar\x00big.nar\nobject\x00" + smallPath + "\nnar\x00small.nar\n"
		filesAndNAR = "object\x00" + bigPath + "\nfile\x000444\x00data\x00data\ninput\x00data\nobject\x00" + smallPath + "\nnar\x00small.nar\n"
	)
	f.text("set-of-nars", nars)
	f.text("set-of-files", filesAndNAR)
	f.text("sources", bigPath+"\x00big.nar\n"+smallPath+"\x00small.nar\n")
	f.json("graph.json", []map[string]any{{"path": bigPath, "references": []string{smallPath}}, {"path": smallPath, "references": []string{}}})
	f.json("user.json", map[string]any{"Cmd": []string{bigPath + "/data"}})

	const data = bigPath + "/data"
	f.text("copy.sh", "cp "+data+" copy\n")
	f.text("grep.sh", "grep -a "+needle+" "+data+" | wc -l > found\ncat "+data+" | wc -c > size\n")
	f.text("hash.sh", "sha256sum "+data+" > sum\n")
	f.text("pack.sh", "tar -cf - -C "+bigPath+" data | gzip > packed\ngzip -dc packed | tar -xf -\nrm packed\n")
	f.json("check.json", map[string]any{"paths": map[string]any{data: map[string]any{"sha256": digest, "size": length, "contains": "\n"}}})

	f.records("nars", "image", nil, nars)
	f.records("files", "image", nil, filesAndNAR)
	f.records("shared", "shared", nil, nars)
	f.records("on-base", "on-base", map[string]string{"base.archive": "base.tar"}, nars)
	// What strata-deploy is given, besides the folder of runfiles.
	f.describe("deploy.image", "image", map[string]any{"objects": "sources"})
	f.describe("deploy-now.image", "image", map[string]any{"objects": "sources", "created": "now", "mtime": "now"})
	f.describe("deploy-on-base.image", "on-base", map[string]any{"objects": "sources", "base": map[string]any{"archive": "base.tar"}})
	return f.err
}

// files writes files into a folder, until the first error.
type files struct {
	folder string
	err    error
}

func (f *files) text(name, text string) {
	if f.err == nil {
		f.err = os.WriteFile(filepath.Join(f.folder, name), []byte(text), 0o644)
	}
}

func (f *files) json(name string, value any) {
	if f.err == nil {
		f.err = jsonfile.Write(filepath.Join(f.folder, name), value)
	}
}

// describe writes NAME.json, the description of an image whose own files begin
// with prefix and a dot.
func (f *files) describe(name, prefix string, more map[string]any) {
	description := map[string]any{
		"config": prefix + ".config", "created": "", "customisation": "links.tar", "gid": 0, "gname": "root", "layers": prefix + ".layers",
		"mtime": "1", "name": prefix, "store_dir": "/nix/store", "tag": prefix + ".tag", "uid": 0, "uname": "root", "version": jsonfile.Version,
	}
	maps.Copy(description, more)
	f.json(name+".json", description)
}

// records writes NAME.records, what a step is told of such an image; objects are
// the records of its objects.
func (f *files) records(name, prefix string, more map[string]string, objects string) {
	image := map[string]string{
		"config": prefix + ".config", "customisation": "links.tar", "gid": "0", "gname": "root", "layers": prefix + ".layers",
		"mtime": "1", "name": prefix, "store_dir": "/nix/store", "tag": prefix + ".tag", "uid": "0", "uname": "root",
	}
	maps.Copy(image, more)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(image)) {
		text.WriteString(key + "\x00" + image[key] + "\n")
	}
	f.text(name+".records", text.String()+objects)
}

// create writes a file through a function that gets a buffered writer.
func (f *files) create(name string, write func(io.Writer) error) {
	if f.err != nil {
		return
	}
	out, err := os.Create(filepath.Join(f.folder, name))
	if err != nil {
		f.err = err
		return
	}
	buffered := bufio.NewWriterSize(out, 256<<10)
	if f.err = write(buffered); f.err == nil {
		f.err = buffered.Flush()
	}
	if err := out.Close(); f.err == nil {
		f.err = err
	}
}

// big writes the content of the big object, and gives its SHA-256.
func (f *files) big(length int64) (digest string) {
	hash := sha256.New()
	f.create("data", func(w io.Writer) error {
		_, err := io.Copy(io.MultiWriter(w, hash), io.LimitReader(newContent(), length))
		return err
	})
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// nar writes a NAR of a directory with one file, whose content is in another
// file.
func (f *files) nar(name, file, content string, length int64) {
	f.create(name, func(w io.Writer) error {
		in, err := os.Open(filepath.Join(f.folder, content))
		if err != nil {
			return err
		}
		defer in.Close()
		out := nar.NewWriter(w)
		for _, e := range []nar.Entry{{Type: nar.Directory}, {Path: file, Type: nar.Regular, Size: length}} {
			if err := out.WriteHeader(e); err != nil {
				return err
			}
		}
		if _, err := io.Copy(out, in); err != nil {
			return err
		}
		return out.Close()
	})
}
