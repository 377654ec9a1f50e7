"""The settings: a file a noun, each with its routes."""

from console.pages.settings import replies

routes = [*replies.routes]
