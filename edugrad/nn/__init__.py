"""Building blocks of networks. So far the functions; the modules follow."""

from . import functional

__all__ = ["functional"]
