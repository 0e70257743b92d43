package daemon

import (
	"bytes"
	"context"
	"errors"

	"github.com/rules-strata/rules_strata/go/archive"
)

// ask finds out which of the layers the containerd store has. Whatever image
// brought them, it takes three requests.
func (l *loader) ask(ctx context.Context) (present map[string]bool, err error) {
	var diffIDs []string
	seen := map[string]bool{}
	for _, layer := range l.image.Layers {
		if !seen[layer.DiffID] {
			seen[layer.DiffID] = true
			diffIDs = append(diffIDs, layer.DiffID)
		}
	}
	question, err := archive.NewQuestion(diffIDs)
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	if err := question.Write(&data); err != nil {
		return nil, err
	}
	defer func() {
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), cleanUpTimeout, l.client.late(cleanUpTimeout))
		defer cancel()
		if removeErr := l.client.removeImage(ctx, question.Digest()); removeErr != nil && !errors.Is(removeErr, ErrNotFound) {
			err = errors.Join(err, removeErr)
		}
	}()
	if _, err := l.client.load(ctx, &data); err != nil {
		return nil, err
	}
	state, err := l.client.inspect(ctx, question.Digest())
	if err != nil {
		return nil, err
	}
	content := make(map[string]int64, len(state.manifests))
	for digest, manifest := range state.manifests {
		content[digest] = manifest.content
	}
	return question.Answer(content)
}
