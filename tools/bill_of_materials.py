"""What the wheel contains and needs, as CycloneDX beside it: `make wheel`.

Packages come from requirements/run.txt, with licences and dependencies from their metadata. Third-party files in the
wheel come from the vendor's manifest, with version and hash. The same wheel always gives the same file.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZipFile

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import Pin, pins, project

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "console" / "static" / "vendor" / "manifest.json"
licences = LicenseFactory()


def main(folder: Path) -> None:
    for wheel in folder.glob("sestetto-*.whl"):
        file = wheel.with_name(f"sestetto-{wheel.name.split('-')[1]}.cdx.json")
        file.write_text(describe(wheel), encoding="utf-8")
        print(file)


def describe(wheel: Path) -> str:
    own = project()["project"]
    root = _root(wheel, own["name"], wheel.name.split("-")[1], own["license"])
    packages = {pin.name: _package(pin) for pin in pins("run")}
    vendored = [_vendored(row) for row in json.loads(VENDOR.read_text(encoding="utf-8"))]
    optional = {canonicalize_name(Requirement(one).name) for one in own["optional-dependencies"]["postgresql"]}
    for name in optional:
        packages[name].scope = ComponentScope.OPTIONAL
    bom = Bom(components=[*packages.values(), *vendored])
    bom.metadata.component = root
    bom.metadata.timestamp = _newest(wheel)
    bom.serial_number = uuid5(NAMESPACE_URL, _sha256(wheel.read_bytes()))
    wanted: list[str] = [canonicalize_name(Requirement(one).name) for one in own["dependencies"]]
    bom.register_dependency(root, [*_known(packages, [*wanted, *optional]), *vendored])
    for package, component in packages.items():
        bom.register_dependency(component, _known(packages, _needs(package)))
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n"


def licence_of(name: str) -> str:
    """Return the licence from a package's metadata; empty if it is not installed or names none."""
    about = _installed(name)
    if about is None:
        return ""
    given: Any = about.metadata  # an email.message.Message
    said: str = given.get("License-Expression") or given.get("License") or ""
    if said and "\n" not in said:
        return said
    named = [one.rpartition(" :: ")[2] for one in given.get_all("Classifier") or [] if "License ::" in one]
    return " OR ".join(named)


def _root(wheel: Path, name: str, version: str, licence: str) -> Component:
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=name,
        purl=PackageURL("pypi", name=name, version=version),
        licenses=[licences.make_from_string(licence)],
        hashes=[_hash(_sha256(wheel.read_bytes()))],
    )


def _package(pin: Pin) -> Component:
    licence = licence_of(pin.name)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"pypi:{pin.name}",
        scope=ComponentScope.REQUIRED,
        purl=PackageURL("pypi", name=pin.name, version=pin.version),
        licenses=[licences.make_from_string(licence)] if licence else [],
        properties=[Property(name="sestetto:marker", value=pin.marker)] if pin.marker else [],
    )


def _vendored(row: dict[str, str]) -> Component:
    """A third-party file in the wheel."""
    return Component(
        name=row["package"],
        version=row["version"],
        type=ComponentType.LIBRARY,
        bom_ref=f"npm:{row['package']}:{row['file']}",
        scope=ComponentScope.REQUIRED,
        purl=PackageURL("npm", name=row["package"], version=row["version"], subpath=row["source"]),
        licenses=[licences.make_from_string(row["licence"])],
        hashes=[_hash(row["sha256"])],
        properties=[Property(name="sestetto:file", value=f"console/static/vendor/{row['file']}")],
    )


def _needs(name: str) -> list[str]:
    about = _installed(name)
    return [canonicalize_name(Requirement(one).name) for one in (about.requires if about else None) or []]


def _known(packages: dict[str, Component], names: Iterable[str]) -> list[Component]:
    """Return those of the names that the lock has; the others belong to extras that are not installed."""
    return [packages[name] for name in dict.fromkeys(names) if name in packages]


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # only needed on another system
        return None


def _newest(wheel: Path) -> datetime:
    """Return the time of the newest file in it."""
    with ZipFile(wheel) as inside:
        return max(datetime(*one.date_time, tzinfo=UTC) for one in inside.infolist())


def _hash(value: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=value)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
