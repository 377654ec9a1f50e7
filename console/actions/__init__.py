"""One authorized verb per use case, called by sockets, pages and everything else that acts.

A verb takes the actor (`by`), checks their right, changes SQL or live state, and publishes what SQL has stored. Reading
data that every user of a page may see needs no verb. The command line needs no right and has no running services: it
uses the stores directly, as `COMMAND_LINE`.
"""
