package harness

import "testing"

// TestLaneKeepsOrder: the tests of a lane have their turns one after another,
// in the order in which they were added, and those of others do not wait.
func TestLaneKeepsOrder(t *testing.T) {
	s := laneSet{last: map[string]chan struct{}{}, names: map[string]string{}}
	hasTurn := func(turn <-chan struct{}) bool {
		select {
		case <-turn:
			return true
		default:
			return false
		}
	}
	first, firstDone := s.add("TestFirst", "lane")
	second, secondDone := s.add("TestSecond", "lane")
	third, _ := s.add("TestThird", "lane")
	alone, _ := s.add("TestAlone", "")
	for _, step := range []struct {
		name                       string
		do                         func()
		first, second, third, last bool
	}{
		{"nothing is done", func() {}, true, false, false, true},
		{"the first is done", firstDone, true, true, false, true},
		{"the second is done", secondDone, true, true, true, true},
	} {
		step.do()
		for i, test := range []struct {
			turn <-chan struct{}
			want bool
		}{{first, step.first}, {second, step.second}, {third, step.third}, {alone, step.last}} {
			if got := hasTurn(test.turn); got != test.want {
				t.Errorf("%s: test %d has its turn: %v", step.name, i+1, got)
			}
		}
	}
}
