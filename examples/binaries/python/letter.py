"""Writes a letter to whom the argument names."""

import sys

import inkwell

inkwell.write(f"Dear {' '.join(sys.argv[1:])},")
