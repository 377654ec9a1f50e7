"""All faults, by name."""

from collections.abc import Sequence

from console.errors import SettingError
from console.proving import (
    clock_faults,
    database_faults,
    network_faults,
    primary_faults,
    process_faults,
    store_faults,
)
from console.proving.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *process_faults.FAULTS,
    *store_faults.FAULTS,
    *primary_faults.FAULTS,
    *database_faults.FAULTS,
    *network_faults.FAULTS,
    *clock_faults.FAULTS,
)


def chosen(names: Sequence[str]) -> list[Fault]:
    """Return the faults of these names, or all. Raises SettingError for an unknown name."""
    known = {fault.name: fault for fault in FAULTS}
    if wrong := [name for name in names if name not in known]:
        raise SettingError(f"There is no fault {', '.join(wrong)}: sestetto prove --list names them.")
    return [known[name] for name in names] or list(FAULTS)
