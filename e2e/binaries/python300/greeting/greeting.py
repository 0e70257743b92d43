"""What all programs say first."""

import hashlib
import importlib


def greet(name, numbers):
    """Prints a name, and a digest of what the dependencies with the numbers have to say."""
    said = [importlib.import_module(f"dep{n:03}").said() for n in numbers]
    digest = hashlib.sha256("".join(said).encode()).hexdigest()
    print(f"{name}: {len(said)} dependencies say {digest}")
