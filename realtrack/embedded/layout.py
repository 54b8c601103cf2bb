"""Where everything of one state folder lies, sockets included."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PROJECT_ROOT = Path(__file__).resolve().parents[2]

# sockaddr_un holds 108 bytes with the closing zero; the longest name of ours is PostgreSQL's.
_SOCKET_LIMIT = 107
_LONGEST_NAME = "/pg/.s.PGSQL.5432"
# PostgreSQL and libpq read lists and quotes in a socket directory's name.
_AWKWARD = frozenset(",'\"\\")

POSTGRES_PORT = 5432
DATABASE = "realtrack"
DATABASE_USER = "postgres"


def state_dir_from_environment() -> Path:
    """Return the state folder: `REALTRACK_VAR`, or `var/` beside manage.py."""
    named = os.environ.get("REALTRACK_VAR", "").strip()
    path = Path(named).expanduser() if named else PROJECT_ROOT / "var"
    return Path(os.path.normpath(PROJECT_ROOT / path))


def package_folder(name: str) -> Path:
    """Return where the installed package `name` lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f"The package {name} is not installed: make run installs what is missing."
        raise ModuleNotFoundError(message)
    return Path(next(iter(spec.submodule_search_locations)))


def reachable_by_others(path: Path) -> bool:
    """Say whether an account that owns none of it may walk down to `path`."""
    for folder in (path, *path.parents):
        try:
            mode = folder.stat().st_mode
        except FileNotFoundError:
            continue
        if not mode & stat.S_IXOTH:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one state folder; the same for every process that names the same folder."""

    state: Path

    @property
    def digest(self) -> str:
        """Twelve letters that tell this folder from others."""
        return hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def postgres(self) -> Path:
        return self.state / "postgres"

    @property
    def valkey(self) -> Path:
        return self.state / "valkey"

    @property
    def users_lock(self) -> Path:
        """Held shared by every user for its life."""
        return self.run / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for its life."""
        return self.run / "keeper.lock"

    @property
    def start_lock(self) -> Path:
        """Held while a keeper is being started."""
        return self.run / "start.lock"

    @property
    def report(self) -> Path:
        """What the keeper last said of itself, as JSON; true only while its lock is held."""
        return self.run / "servers.json"

    def wanted(self, name: str) -> Path:
        """The mark that asks the keeper for the server `name`."""
        return self.run / f"want.{name}"

    @property
    def sockets(self) -> Path:
        """The folder of both sockets: in the state folder, or a short one if that cannot hold them."""
        own = self.run / "sockets"
        text = str(own)
        if (
            len(os.fsencode(text + _LONGEST_NAME)) > _SOCKET_LIMIT
            or _AWKWARD & set(text)
            or (os.geteuid() == 0 and not reachable_by_others(self.state))
        ):
            return Path("/tmp") / f"rt-{os.geteuid()}-{self.digest}"  # noqa: S108  # owner checked
        return own

    @property
    def postgres_sockets(self) -> Path:
        return self.sockets / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def redis_url_of(self, number: int = 0) -> str:
        """`unix://…`, for redis-py, the cache and channels; `number` is the numbered database."""
        return f"unix://{quote(str(self.valkey_socket))}?db={number}"

    @property
    def database_url(self) -> str:
        """A libpq URL, for tools and people."""
        host = quote(str(self.postgres_sockets), safe="")
        return f"postgresql://{DATABASE_USER}@/{DATABASE}?host={host}&port={POSTGRES_PORT}"
