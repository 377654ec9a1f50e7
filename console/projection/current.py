"""The current state in this process; replaced as the feed and the settings advance."""

from dataclasses import dataclass, field

from console.domain.directory import Directory
from console.projection.picture import Picture


@dataclass
class Current:
    """The current picture and directory. Read the attributes each time, since either object may be replaced."""

    picture: Picture = field(default_factory=Picture)
    directory: Directory = field(default_factory=lambda: Directory(0))
    takes_files: bool = True  # whether this installation takes files at all
