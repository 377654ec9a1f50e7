"""The REST API, `/api/v1`: one table of routes defines both the handlers and the OpenAPI document."""
