"""``python -m positions.clients.mcp``: the server on standard input and output, as clients start it.

It is a program of its own, so its two variables are read here and not in the project's environment.
"""

from __future__ import annotations

import os
import sys

from positions.clients.mcp.record import Record


def main() -> int:
    """Serve until the client hangs up; 2 where it cannot begin."""
    try:
        from positions.clients.mcp.server import make_server
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in ("mcp", "pydantic"):
            raise
        sys.stderr.write("The library “mcp” is not installed: install Rapporteur with its extra [mcp].\n")
        return 2
    address = os.environ.get("RAPPORTEUR_URL", "")
    if not address:
        sys.stderr.write("Set RAPPORTEUR_URL to the address of the installation, and RAPPORTEUR_TOKEN to your token.\n")
        return 2
    try:
        record = Record(address, os.environ.get("RAPPORTEUR_TOKEN", ""))
    except ValueError as error:
        sys.stderr.write(f"RAPPORTEUR_URL or RAPPORTEUR_TOKEN: {error}.\n")
        return 2
    make_server(record).run("stdio")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
