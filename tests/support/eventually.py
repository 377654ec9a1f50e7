"""The one way to wait in tests, which `sestetto prove` uses too."""

from console.proving.eventually import eventually

__all__ = ["eventually"]
