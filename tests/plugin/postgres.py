"""A PostgreSQL server of its own, on a socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = [Path(found).parent for found in [shutil.which("initdb")] if found]
PROGRAMS += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
"""Where servers are installed, the newest last; nowhere on some laptops."""


@contextmanager
def running_postgres(lets_in: str = "local all all trust") -> Iterator[str]:
    """Runs a server until the body ends; yields its URL for SQLAlchemy, as the administrator.

    It does not run as root, so that root lets another user run it. Its folder is not below pytest's, which each run of
    pytest closes to other users.

    Args:
        lets_in: Lines of its `pg_hba.conf`.
    """
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if user:
        shutil.chown(folder, "postgres")

    def run(*command: str | Path) -> None:
        subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=600)

    data, options = folder / "data", f"-k {folder} -c listen_addresses= -c unix_socket_permissions=0777 -c fsync=off"
    run(PROGRAMS[-1] / "initdb", "--no-sync", "--auth=trust", "--username=postgres", "-D", data)
    run("sh", "-c", 'printf "%s\\n" "$1" >"$2"', "sh", lets_in, data / "pg_hba.conf")
    run(PROGRAMS[-1] / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        run(PROGRAMS[-1] / "pg_ctl", "stop", "-m", "immediate", "-D", data)
        shutil.rmtree(folder)
