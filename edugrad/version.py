"""The version of edugrad, the one place where it is written."""

__version__ = "0.1.0"
cuda = None
hip = None
