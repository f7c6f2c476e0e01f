"""A crawl whose process is killed, and begun again by another."""

from __future__ import annotations

import os
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
        allowed = ("--allow-private", "--rate=10000")
        return manage("import_postings", "--sitemap", sitemap, *allowed)

    def killing(_: Asked) -> Reply:
        running.send_signal(signal.SIGKILL)
        return Reply()

    listed = ""
    for number in range(1, 231):
        path = f"/{number}"
        listed += f"<url><loc>{server.at(path)}</loc></url>"
        server.replies[path] = Reply(
            body=page(title=f"Baker {number}", identifier=path), type="text/html"
        )
    server.replies["/sitemap.xml"] = Reply(
        body=f'<urlset xmlns="{NAMESPACE}">{listed}</urlset>'.encode()
    )
    good, server.replies["/220"] = server.replies["/220"], killing
    manage("migrate", "-v0").communicate()

    running = crawl()
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert server.paths()[-1] == "/220"

    server.replies["/220"] = good
    server.asked.clear()
    running = crawl()
    said, _ = running.communicate()
    assert running.returncode == 0
    assert server.paths()[2:] == [f"/{number}" for number in range(201, 231)]
    assert said.splitlines() == [
        "30 documents, 30 records: 30 created, 0 updated, 0 unchanged, 0 rejected.",
        "  passed over: read-already: 200",
    ]
