"""Every frame on the wire, one struct a kind; `docs/protocol.md` is generated from these.

Text frames of JSON with `t` as the tag. Inbound structs refuse unknown fields; clients must
ignore unknown kinds and fields outbound. Times are integer ms of the server's clock.
"""

from console.protocol.agent import *  # noqa: F403
from console.protocol.common import *  # noqa: F403
from console.protocol.outbound import *  # noqa: F403
from console.protocol.visitor import *  # noqa: F403
