package bash

import (
	"context"
	"errors"
	"slices"
)

// scheduler lets one process of a script run at a time. A process runs until
// it ends or waits; then the one that could run first does. So what processes
// do to each other follows from the script alone.
type scheduler struct {
	current *process
	ready   []*process
	waiting []*process
	// aborted is what all processes must end for.
	aborted *abortion
}

// process is a goroutine of a script.
type process struct{ wake chan struct{} }

type schedulerKey struct{}

// schedulerOf is the scheduler of the script that a context belongs to, or a
// new one in a new context.
func schedulerOf(ctx context.Context) (*scheduler, context.Context) {
	if s, ok := ctx.Value(schedulerKey{}).(*scheduler); ok {
		return s, ctx
	}
	s := &scheduler{current: newProcess()}
	return s, context.WithValue(ctx, schedulerKey{}, s)
}

func newProcess() *process { return &process{wake: make(chan struct{}, 1)} }

// spawn makes a process that will run f.
func (s *scheduler) spawn(f func()) {
	p := newProcess()
	s.ready = append(s.ready, p)
	go func() {
		<-p.wake
		f()
		s.next()
	}()
}

// next hands over to the process that could run first.
func (s *scheduler) next() {
	if len(s.ready) == 0 {
		// Everyone waits for everyone else.
		s.abort(&abortion{&Error{Err: errors.New("the commands of a pipe wait for each other for ever")}})
	}
	p := s.ready[0]
	s.ready = s.ready[1:]
	s.current = p
	p.wake <- struct{}{}
}

// wait lets others run until somebody calls resume for the list that the
// current process is put on.
func (s *scheduler) wait(list *[]*process) {
	p := s.current
	*list = append(*list, p)
	s.waiting = append(s.waiting, p)
	s.next()
	<-p.wake
}

// resume makes processes that wait ready to run.
func (s *scheduler) resume(list *[]*process) {
	for _, p := range *list {
		if i := slices.Index(s.waiting, p); i >= 0 {
			s.waiting = slices.Delete(s.waiting, i, i+1)
			s.ready = append(s.ready, p)
		}
	}
	*list = nil
}

// abort makes all processes end.
func (s *scheduler) abort(a *abortion) {
	if s.aborted == nil {
		s.aborted = a
	}
	all := s.waiting
	s.resume(&all)
}

// check ends the process if the script must end.
func (s *scheduler) check() {
	if s.aborted != nil {
		panic(s.aborted)
	}
}

// group is a number of processes that somebody waits for.
type group struct {
	s       *scheduler
	running int
	waiters []*process
}

// start runs f in a process.
func (g *group) start(f func()) {
	g.running++
	g.s.spawn(func() {
		defer func() {
			if r := recover(); r != nil {
				a, ok := r.(*abortion)
				if !ok {
					panic(r)
				}
				g.s.abort(a)
			}
			g.running--
			g.s.resume(&g.waiters)
		}()
		g.s.check()
		f()
	})
}

// wait waits for all of them.
func (g *group) wait() {
	for g.running > 0 {
		g.s.wait(&g.waiters)
	}
	g.s.check()
}
