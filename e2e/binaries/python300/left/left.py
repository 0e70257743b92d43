"""Says what its dependencies say."""

from greeting.greeting import greet

greet("left", [*range(60), *range(200, 230)])
