"""Says what its dependencies say."""

from greeting.greeting import greet

greet("app", range(300))
