package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// uploadTries is how often the upload of a blob begins.
const uploadTries = 5

// session is what a client knows of one repository: credentials, a token, the
// transports that send it.
type session struct {
	client    *Client
	repo      name.Repository
	scopes    []string
	source    string // of the credentials
	anonymous bool
	transport http.RoundTripper
	tokens    *tokens
	options   []remote.Option
	puller    *remote.Puller
	mayMount  bool // tokens are for the repositories to mount from, too
}

// open begins a session. action is transport.PullScope or PushScope; from are
// repositories of the same registry that blobs may be mounted from.
func (c *Client) open(ctx context.Context, repo name.Repository, action string, from ...name.Repository) (*session, error) {
	s := &session{client: c, repo: repo, scopes: []string{repo.Scope(action)}, mayMount: true}
	for _, r := range from {
		if scope := r.Scope(transport.PullScope); r.RegistryStr() == repo.RegistryStr() && r.Name() != repo.Name() && !slices.Contains(s.scopes, scope) {
			s.scopes = append(s.scopes, scope)
		}
	}
	key := repo.Scheme() + "://" + repo.Name() + " " + strings.Join(s.scopes, " ")
	c.mu.Lock()
	known := c.sessions[key]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if err := s.connect(ctx); err != nil {
		return nil, fmt.Errorf("registry: %s: %w", repo.Name(), s.explain(err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions[key] = s
	return s, nil
}

func (s *session) connect(ctx context.Context) error {
	auth, err := s.authenticate(ctx)
	if err != nil {
		return err
	}
	s.tokens = &tokens{next: s.client.bottom, refused: map[string]bool{}}
	below, err := transport.NewWithContext(ctx, s.repo.Registry, auth, s.tokens, s.scopes)
	var refused *transport.Error
	if len(s.scopes) > 1 && errors.As(err, &refused) && refused.StatusCode/100 == 4 {
		// Without mounts, then.
		s.scopes, s.mayMount = s.scopes[:1], false
		below, err = transport.NewWithContext(ctx, s.repo.Registry, auth, s.tokens, s.scopes)
	}
	if err != nil {
		return err
	}
	// A transport.Wrapper tells remote that retries and tokens are done with.
	// This is the one that can be had around a transport of one's own; it adds
	// nothing for authn.Anonymous.
	s.transport, err = transport.FromToken(s.repo.Registry, authn.Anonymous, &transfer{session: s, next: below}, &transport.Challenge{}, nil)
	if err != nil {
		return err
	}
	s.options = []remote.Option{
		remote.WithTransport(s.transport),
		remote.WithJobs(s.client.options.Jobs),
		remote.WithRetryPredicate(isLost),
		remote.WithRetryBackoff(remote.Backoff{Steps: uploadTries}),
	}
	if s.client.options.ForeignLayers {
		s.options = append(s.options, remote.WithNondistributable)
	}
	s.puller, err = remote.NewPuller(s.options...)
	return err
}

func (s *session) authenticate(ctx context.Context) (authn.Authenticator, error) {
	auth, err := authn.Resolve(ctx, s.client.options.Keychain, s.repo)
	if err != nil {
		return nil, err
	}
	if auth == authn.Anonymous {
		s.anonymous, s.source = true, "none"
		if k, ok := s.client.options.Keychain.(*Keychain); ok {
			s.source = fmt.Sprintf("none for %s in %s", s.registry(), strings.Join(k.files(), ", "))
		}
		return auth, nil
	}
	s.source = "those of the program"
	if c, ok := auth.(*Credentials); ok {
		s.source = c.String()
	}
	config, err := authn.Authorization(ctx, auth)
	if err != nil {
		return nil, err
	}
	s.client.secrets.add(config.Password, config.Auth, config.IdentityToken, config.RegistryToken)
	return auth, nil
}

// registry is the registry's name as people and docker login have it.
func (s *session) registry() string {
	if r := s.repo.RegistryStr(); r != name.DefaultRegistry {
		return r
	}
	return "docker.io"
}

// Options are options for functions of go-containerregistry's remote package
// that reach one repository through the client's transports. action is
// transport.PullScope or transport.PushScope. The options are for as long as
// ctx is.
func (c *Client) Options(ctx context.Context, repo name.Repository, action string) ([]remote.Option, error) {
	s, err := c.open(ctx, repo, action)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(s.options), remote.WithContext(ctx)), nil
}
