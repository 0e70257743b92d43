package nixlock

import (
	"context"
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// Fetch downloads the file of an object from the first of the URLs that has it,
// checks it, and writes the NAR to out, whole or not at all. A file with wrong
// bytes is asked for once more.
func Fetch(ctx context.Context, client *nixcache.Client, urls []string, out string, info *narinfo.NARInfo, keys []narinfo.PublicKey) error {
	if _, err := info.Trust(keys); err != nil {
		return err
	}
	var failures []error
	for _, url := range urls {
		err := fetch(ctx, client, url, out, info, keys)
		if errors.As(err, new(*refused)) {
			err = fetch(ctx, client, url, out, info, keys)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func fetch(ctx context.Context, client *nixcache.Client, url, out string, info *narinfo.NARInfo, keys []narinfo.PublicKey) error {
	in, err := client.Open(ctx, url)
	if err != nil {
		return fmt.Errorf("%s: %w", info.StorePath, err)
	}
	defer in.Close()
	w, err := outfile.Create(out)
	if err != nil {
		return err
	}
	defer w.Discard()
	if _, _, err := importFile(w, in, info, keys); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return w.Commit()
}
