package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// onePath is the object of all files.
var onePath = string(loadPath("one"))

// speedSteps are the commands of strata that the suite speed measures.
type speedSteps struct {
	*programs
	size int64
}

// command is a command of strata, with blanks between its arguments; ONE stands
// for the object's path and OUT for where outputs go. The program is the one that
// rules run it with.
func (s *speedSteps) command(line string) []string {
	program := []string{s.Strata}
	if step, _, _ := strings.Cut(line, " "); perObject[step] {
		program = s.object()
	}
	return append(program, strings.Fields(strings.NewReplacer("ONE", onePath, "OUT", outFolder).Replace(line))...)
}

// perObject are the steps that rules start strata-object for.
var perObject = map[string]bool{"layer": true, "info": true, "files": true, "blob": true}

func (s *speedSteps) task(name string, lines ...string) *task {
	t := &task{name: name, input: s.size}
	for _, line := range lines {
		t.commands = append(t.commands, s.command(line))
	}
	return t
}

// inputs are what the measured commands need besides the files: an image of the
// object, as records and as a docker archive.
func (s *speedSteps) inputs(ctx context.Context, folder string, archive bool) error {
	f := files{folder: folder}
	f.json("graph.json", []map[string]any{{"path": onePath, "references": []string{}}})
	f.json("user.json", map[string]any{"Cmd": []string{"/" + speedFile(0, 0)}})
	f.records("image", "image", map[string]string{"customisation": "image.links.tar"}, "object\x00"+onePath+"\nnar\x00one.nar\n")
	if f.err != nil {
		return f.err
	}
	lines := s.describing("image.", "--check-references --reference ONE")
	if archive {
		lines = append(lines, "archive --image image.records --compressor none --out image.tar")
	}
	for _, line := range lines {
		command := s.command(line)
		if _, err := (process{program: command[0], args: command[1:], dir: folder}).run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// describing are the commands up to the config, whose outputs begin with a
// prefix. The options are of the step that reads the files.
func (s *speedSteps) describing(prefix, options string) []string {
	lines := []string{
		"layer --object ONE=one.nar " + options + " --metadata IMAGElayer --listing IMAGElisting",
		"customisation --content ONE=IMAGElisting --tar IMAGElinks.tar --metadata IMAGElinks.json --references-out IMAGElinks.references",
		"closure --graph graph.json --out IMAGEclosure ONE",
		"plan --closure IMAGEclosure --max-layers 9 --own-layers 1 --out IMAGEplan",
		"config --plan IMAGEplan --layer IMAGElayer --customisation IMAGElinks.json --config user.json --architecture amd64 " +
			"--out IMAGEconfig --layers-out IMAGElayers --tag-out IMAGEtag",
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "IMAGE", prefix)
	}
	return lines
}

// diffIDs describe layers without writing them.
func (s *speedSteps) diffIDs(folder string) (one, files, several, worker *task) {
	one = s.task("diff ID of one object, a NAR", "layer --object ONE=one.nar --check-references --reference ONE --metadata OUT/layer --listing OUT/listing")
	files = s.task("diff ID of one object, files", "layer --object ONE=@one.manifest --check-references --reference ONE --metadata OUT/layer --listing OUT/listing")
	several = s.task(fmt.Sprintf("diff IDs of %d objects, a process each", speedObjects))
	worker = s.task(fmt.Sprintf("diff IDs of %d objects, one worker", speedObjects))
	for n := range speedObjects {
		several.commands = append(several.commands, s.command(layerOf(n)))
	}
	worker.worker = func(ctx context.Context) (usage, error) {
		return serve(ctx, s.object(), folder, several.commands, 1)
	}
	return one, files, several, worker
}

// layerOf describes the layer of one of several objects.
func layerOf(n int) string {
	name := speedObject(n)
	return fmt.Sprintf("layer --object %s=%s.nar --check-references --reference ONE --metadata OUT/%[2]s.layer --listing OUT/%[2]s.listing", loadPath(name), name)
}

// tars write layers as they are.
func (s *speedSteps) tars() []*task {
	return []*task{
		s.task("layer written with its diff ID", "layer --object ONE=one.nar --check-references --reference ONE --metadata OUT/layer --listing OUT/listing --tar OUT/tar"),
		s.task("layer of an image written", "tar --image image.records --index 0 --out OUT/tar"),
	}
}

// blobs compress a layer.
func (s *speedSteps) blobs() (zstd, gzip *task) {
	line := func(kind string) string {
		return "blob --object ONE=one.nar --compression " + kind + " --out OUT/blob --descriptor OUT/descriptor"
	}
	return s.task("zstd layer written", line("zstd")), s.task("gzip layer written", line("gzip"))
}

// layout does all for an OCI layout of one layer in gzip but to search the object
// for references, which nobody else does.
func (s *speedSteps) layout() *task {
	return s.task("OCI layout, gzip: from the object", slices.Concat(s.describing("OUT/", ""), compressing("OUT/"))...)
}

// layoutOfDescribed makes the layout of an image whose layers are described
// already, as those of an archive are.
func (s *speedSteps) layoutOfDescribed() *task {
	return s.task("OCI layout, gzip: of a described image", compressing("image.")...)
}

// compressing are the commands from the config to the OCI layout, whose inputs
// begin with a prefix.
func compressing(prefix string) []string {
	lines := []string{
		"blob --object ONE=one.nar --compression gzip --out OUT/one.gz --descriptor OUT/one.gz.json",
		"blob --tar IMAGElinks.tar --compression gzip --out OUT/links.gz --descriptor OUT/links.gz.json",
		"manifest --layers IMAGElayers --config IMAGEconfig --descriptor OUT/one.gz.json --descriptor OUT/links.gz.json --out OUT/manifest --digest-out OUT/digest",
		"layout --manifest OUT/manifest --config IMAGEconfig --blob OUT/one.gz.json=OUT/one.gz --blob OUT/links.gz.json=OUT/links.gz --name image --tag IMAGEtag --out OUT/layout",
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "IMAGE", prefix)
	}
	return lines
}
