package main

import (
	"github.com/rules-strata/rules_strata/go/imagefile"
)

// tagFlag gives the image another name, in the archive and after loading. It
// changes nothing else of the image. The alias is what dockerTools calls it.
type tagFlag struct {
	RepoTag string `short:"t" aliases:"repo_tag" placeholder:"NAME:TAG" help:"Name and tag of the image, in place of its own."`
}

func (f *tagFlag) apply(img *imagefile.Image) error {
	if f.RepoTag == "" {
		return nil
	}
	return img.Retag(f.RepoTag)
}
