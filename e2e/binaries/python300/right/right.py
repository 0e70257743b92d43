"""Says what its dependencies say."""

from greeting.greeting import greet

greet("right", [*range(60), *range(230, 260)])
