"""The one way to wait in tests: the one that `sestetto prove` waits with."""

from console.proving.eventually import eventually

__all__ = ["eventually"]
