"""The frames of the Python client, generated from the server's own structs."""

import inspect
import re
from pathlib import Path

from console.protocol import bot, common, outbound

AT = Path(__file__).parent.parent / "clients" / "python" / "src" / "sestetto_client" / "frames.py"
IMPORTS = re.compile(r"^(from|import) .*?(\(.*?^\))?$\n", re.MULTILINE | re.DOTALL)
HEAD = '''"""The frames of a bot's socket. Generated from the server's structs: python -m tools.protocol"""

from typing import Annotated, Any, Literal

import msgspec

'''


def document() -> str:
    answers = (outbound.Ack, outbound.Nack, outbound.Pong, outbound.Error, outbound.AgentFact)
    parts = [_body(inspect.getsource(common)), *map(inspect.getsource, answers), _body(inspect.getsource(bot))]
    return HEAD + "\n\n".join(part.strip() + "\n" for part in parts)


def _body(source: str) -> str:
    """Return a module without its docstring and imports."""
    return IMPORTS.sub("", source.partition('"""\n')[2])
