"""Says what its dependencies say."""

from greeting.greeting import greet

greet("tool", [*range(200), *range(300, 400)])
