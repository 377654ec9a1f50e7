"""What this process knows right now: replaced as the feed and the settings go on."""

from dataclasses import dataclass, field

from console.domain.directory import Directory
from console.projection.picture import Picture


@dataclass
class Current:
    """Read both anew each time: a reference to either one goes stale."""

    picture: Picture = field(default_factory=Picture)
    directory: Directory = field(default_factory=lambda: Directory(0))
