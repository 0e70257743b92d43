package main

import (
	"github.com/rules-strata/rules_strata/go/imagefile"
)

// tagFlag gives the image other names, in the archive and after loading. It
// changes nothing else of the image. The alias is what dockerTools calls it.
type tagFlag struct {
	RepoTag []string `short:"t" aliases:"repo_tag" sep:"none" placeholder:"NAME:TAG" help:"Name and tag of the image, in place of its own. Repeatable."`
}

func (f *tagFlag) apply(img *imagefile.Image) error {
	if len(f.RepoTag) == 0 {
		return nil
	}
	return img.Retag(f.RepoTag[0], f.RepoTag[1:]...)
}
