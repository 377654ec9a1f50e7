"""One authorized verb for each use case: sockets, pages and everything else that acts call these.

A verb takes who is asking (`by`), checks their right, changes SQL or the live state, and makes what SQL has taken
live. Reading what everybody on a page may see needs no verb. The command line needs no right and has no running
parts: it goes to the stores itself, in the name of `COMMAND_LINE`.
"""
