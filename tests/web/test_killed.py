"""A crawl whose process is killed, and begun again by another."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.web.server import Asked, Reply, Server
from tests.web.support import page

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def test_a_crawl_killed_half_way_goes_on_and_loses_nothing(
    server: Server, tmp_path: Path
) -> None:
    environment = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }

    def manage(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def crawl() -> subprocess.Popen[str]:
        sitemap = server.at("/sitemap.xml")
        allowed = ("--allow-private", "--rate=10000", "--jobs=1")
        return manage("import_postings", "--sitemap", sitemap, *allowed)

    def killing(_: Asked) -> Reply:
        running.send_signal(signal.SIGKILL)
        return Reply()

    listed = ""
    for number in range(1, 621):
        path = f"/{number}"
        listed += f"<url><loc>{server.at(path)}</loc></url>"
        server.replies[path] = Reply(
            body=page(
                title=f"Baker {number}", identifier=path, description="Bread. " * 800
            ),
            type="text/html",
        )
    server.replies["/sitemap.xml"] = Reply(
        body=f'<urlset xmlns="{NAMESPACE}">{listed}</urlset>'.encode()
    )
    good, server.replies["/600"] = server.replies["/600"], killing
    manage("migrate", "-v0").communicate()

    running = crawl()
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert server.paths()[-1] == "/600"

    server.replies["/600"] = good
    server.asked.clear()
    running = crawl()
    said, _ = running.communicate()
    assert running.returncode == 0
    stored = 620 - len(server.paths()[2:])
    assert stored > 0  # full batches, and what had waited long enough
    assert server.paths()[2:] == [f"/{number}" for number in range(stored + 1, 621)]
    left = 620 - stored
    counted, passed = said.splitlines()
    found = re.fullmatch(
        rf"{left} documents, {left} records: (\d+) created, 0 updated, (\d+) unchanged, "
        "0 rejected.",
        counted,
    )
    assert found
    assert int(found[1]) + int(found[2]) == left
    assert passed == f"  passed over: read-already: {stored}"
