"""One authorized verb per use case; sockets, pages and everything else that acts call these.

A verb takes who acts (`by`), checks their right, changes SQL or live state, and publishes what SQL has stored. Reading
what everybody on a page may see needs no verb. The command line needs no right and has no running services: it uses the
stores itself, as `COMMAND_LINE`.
"""
