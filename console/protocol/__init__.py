"""All frames on the wire, one struct per kind; the tables in `docs/protocol.md` are generated from them.

Frames are JSON text with `t` as the tag. Inbound structs reject unknown fields; clients must ignore unknown outbound
kinds and fields. Times are integer ms of the server's clock.
"""

from console.protocol.agent import *  # noqa: F403
from console.protocol.bot import *  # noqa: F403
from console.protocol.common import *  # noqa: F403
from console.protocol.outbound import *  # noqa: F403
from console.protocol.visitor import *  # noqa: F403
