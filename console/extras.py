"""The package's extras: libraries that an installation may lack."""


def install_command(extra: str) -> str:
    """Return the command that installs an extra's libraries from the wheel, as `docs/operations.md` has it."""
    return f'pip install "$(ls sestetto-*.whl)[{extra}]"'


def missing_library(library: str, extra: str) -> str:
    """Return the message for an operator who needs a library that is not installed."""
    return (
        f"{library} is not installed. Install requirements/run.txt, or run this in the folder of the wheel: "
        f"{install_command(extra)}"
    )
