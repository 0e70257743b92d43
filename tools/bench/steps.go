package main

import "strings"

// step is one action of a build.
type step struct {
	// name is what the table calls the step. A step without a name reads no
	// object and is not measured: others need what it writes.
	name string
	// command is a program of the folder and its arguments, with blanks
	// between; BIG and SMALL stand for the objects' paths.
	command string
	// remove are outputs that no later step reads, with blanks between.
	remove string
}

func (s *step) args() []string {
	return strings.Fields(strings.NewReplacer("BIG", bigPath, "SMALL", smallPath).Replace(s.command))
}

// steps are every step that reads the bytes of store objects or of layers, in
// an order in which each finds what it needs. The image "image" has a layer for
// each object, "shared" one for both, "on-base" is built on the first one's
// archive.
func steps() []step {
	var all []step
	for _, group := range [][]step{objectSteps(), imageSteps(), sharedSteps(), baseSteps(), scriptSteps(), deploySteps()} {
		all = append(all, group...)
	}
	return all
}

// objectSteps read one object.
func objectSteps() []step {
	return []step{
		{"layer of a NAR", "strata-object layer --object BIG=big.nar --check-references --reference SMALL --metadata big.layer --listing big.listing", ""},
		{"layer of files", "strata-object layer --object BIG=@big.manifest --check-references --reference SMALL --metadata out --listing list", "out list"},
		{"layer, with its tar", "strata-object layer --object BIG=big.nar --metadata out --tar tar", "out tar"},
		{"info of a NAR", "strata-object info --object BIG=big.nar --out out", "out"},
		{"info of files", "strata-object info --object BIG=@big.manifest --out out", "out"},
		{"blob, none", "strata-object blob --object BIG=big.nar --compression none --out blob --descriptor out", "blob out"},
		{"blob, gzip", "strata-object blob --object BIG=big.nar --compression gzip --out blob --descriptor out", "blob out"},
		{"blob, zstd", "strata-object blob --object BIG=big.nar --compression zstd --out blob --descriptor out", "blob out"},
		{"blob, zstd, only its descriptor", "strata-object blob --object BIG=@big.manifest --compression zstd --descriptor out", "out"},
	}
}

// imageSteps make the image with a layer for each object.
func imageSteps() []step {
	return []step{
		{"", "strata layer --object SMALL=small.nar --metadata small.layer", ""},
		{"", "strata customisation --content BIG=big.listing --tar links.tar --metadata links.json --references-out links.references", ""},
		{"", "strata closure --graph graph.json --out closure.json BIG", ""},
		{"", "strata plan --closure closure.json --max-layers 9 --own-layers 1 --out plan.json", ""},
		{"", "strata config --plan plan.json --layer big.layer --layer small.layer --customisation links.json --config user.json --architecture amd64 " +
			"--out image.config --layers-out image.layers --tag-out image.tag", ""},
		{"tar, from a NAR", "strata tar --image nars.records --index 1 --out tar", "tar"},
		{"tar, from files", "strata tar --image files.records --index 1 --out tar", "tar"},
		{"archive, none", "strata archive --image nars.records --compressor none --out base.tar", ""},
		{"archive, gz", "strata archive --image nars.records --compressor gz --out out", "out"},
		{"archive, zstd", "strata archive --image files.records --compressor zstd --out base.tar.zst", ""},
		{"mtree", "strata mtree --image nars.records --out out", "out"},
	}
}

// sharedSteps make the image with a layer for both objects, and its layout.
func sharedSteps() []step {
	return []step{
		{"", "strata plan --closure closure.json --max-layers 2 --own-layers 1 --out shared.plan", ""},
		{"rest of NARs", "strata rest --plan shared.plan --objects set-of-nars --out shared.rest", ""},
		{"rest of files", "strata rest --plan shared.plan --objects set-of-files --out out", "out"},
		{"", "strata config --plan shared.plan --rest shared.rest --customisation links.json --config user.json --architecture amd64 " +
			"--out shared.config --layers-out shared.layers --tag-out shared.tag", ""},
		{"rest-blobs, gzip", "strata rest-blobs --plan shared.plan --objects set-of-nars --compression gzip --out blobs --descriptors blobs.json", ""},
		{"rest-blobs, zstd", "strata rest-blobs --plan shared.plan --objects set-of-files --compression zstd --out out --descriptors list", "out list"},
		{"", "strata blob --tar links.tar --compression gzip --out links.gz --descriptor links.gz.json", ""},
		{"", "strata manifest --layers shared.layers --config shared.config --descriptors blobs.json --descriptor links.gz.json --out manifest.json --digest-out digest", ""},
		{"layout", "strata layout --manifest manifest.json --config shared.config --blob links.gz.json=links.gz --blob-dir blobs --name shared --tag shared.tag --out layout", "blobs"},
		{"tar of a shared layer", "strata tar --image shared.records --index 0 --out tar", "tar"},
	}
}

// baseSteps read a base image, which has the big object in a layer.
func baseSteps() []step {
	return []step{
		{"base, an archive", "strata base --image base.tar --out base.json --config-out base.config", ""},
		{"base, an archive in zstd", "strata base --image base.tar.zst --out out --config-out config", "out config"},
		{"base, a layout in gzip", "strata base --image layout --out out --config-out config", "out config"},
		{"base-blobs of an archive, gzip", "strata base-blobs --image base.tar --compression gzip --out out --descriptors list", "out list"},
		{"base-blobs of an archive in zstd, zstd", "strata base-blobs --image base.tar.zst --compression zstd --out out --descriptors list", "out list base.tar.zst"},
		{"base-blobs of a layout in gzip", "strata base-blobs --image layout --compression zstd --out out --descriptors list", "out list layout"},
		{"", "strata plan --closure closure.json --max-layers 9 --own-layers 1 --base base.json --out on-base.plan", ""},
		{"", "strata config --plan on-base.plan --base base.json --base-config base.config --customisation links.json --config user.json --architecture amd64 " +
			"--out on-base.config --layers-out on-base.layers --tag-out on-base.tag", ""},
		{"base-tars", "strata base-tars --image on-base.records --out out", "out"},
	}
}

// scriptSteps run scripts that read the big object.
func scriptSteps() []step {
	const outputs = " --tar tar --metadata out --references-out list"
	return []step{
		{"script that copies it", "strata-script customisation --objects set-of-nars --extra-commands copy.sh" + outputs, "out list"},
		{"blob of that tar, gzip", "strata blob --tar tar --compression gzip --out blob --descriptor out", "tar blob out"},
		{"script that copies files as root", "strata-script customisation --objects set-of-files --fake-root-commands copy.sh" + outputs, "tar out list"},
		{"script with grep and wc", "strata-script customisation --objects set-of-nars --extra-commands grep.sh" + outputs, "tar out list"},
		{"script with grep and wc, fakechroot", "strata-script customisation --objects set-of-files --fakechroot --fake-root-commands grep.sh" + outputs, "tar out list"},
		{"script with sha256sum", "strata-script customisation --objects set-of-nars --extra-commands hash.sh" + outputs, "tar out list"},
		{"script with tar and gzip", "strata-script customisation --objects set-of-nars --extra-commands pack.sh" + outputs, "tar out list"},
	}
}

// deploySteps are what strata-deploy does without a daemon.
func deploySteps() []step {
	return []step{
		{"stream", "deploy stream", ""},
		{"stream, on a base", "deploy-on-base stream", ""},
		{"stream, mtime now", "deploy-now stream", ""},
		{"check", "deploy check --expectations check.json", ""},
	}
}
