"""What can an operator set? Every `REELM_*` variable, with its default and what it means."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class SettingNotUnderstood(Problem):
    """A setting has a value that it does not take. The value is not told: it may be a secret."""

    status: ClassVar[int] = 422
    setting: str


class Settings(BaseSettings):
    """Settings of one realm's processes, read from the environment. `reelm doctor --settings` lists them."""

    model_config = SettingsConfigDict(env_prefix="REELM_", frozen=True)

    data: Path = Field(default=Path("var"), description="Folder for uploads, scratch files, keys and logs")
    database_url: str = Field(
        default="", description="PostgreSQL 15 or newer, as postgresql://…; empty: the embedded one"
    )
    blobs_url: str = Field(default="", description="Where clips and pictures lie, as file://…; empty: DATA/blobs")
    events_url: str = Field(
        default="",
        pattern=r"^(nats://\S+)?$",
        repr=False,
        description="NATS with JetStream where what was watched waits for a worker, as nats://…; empty: none",
    )
    realm: str = Field(default="eu", description="Code of the realm this cell is")
    public_url: str = Field(default="http://127.0.0.1:8000", description="Address people see")
    listen: str = Field(default="127.0.0.1:8000", description="Where the web role listens: HOST:PORT or unix:PATH")
    accel: bool = Field(default=False, description="nginx is in front and serves media by X-Accel-Redirect")
    client_certs: bool = Field(
        default=False,
        description="The proxy at the Unix socket checks devices' certificates, and alone writes Client-Cert",
    )
    client_dist: Path = Field(default=Path("client/dist"), description="Folder of the built client")
    secret: str = Field(
        default="",
        repr=False,
        description="Signs cursors and rate-limit keys; empty: made once in DATA/keys/secret",
    )
    max_clip_s: int = Field(default=180, ge=1, description="Longest clip taken, in seconds")
    max_upload_bytes: int = Field(default=500_000_000, ge=1, description="Largest upload taken, in bytes")
    upload_ttl_h: int = Field(default=24, ge=1, description="Hours until an unfinished upload expires")
    keep_originals: bool = Field(default=False, description="Keep what people uploaded after transcoding it")
    media_jobs: int = Field(default=1, ge=1, description="Clips one media worker transcodes at a time")
    feed_training: bool = Field(default=True, description="Let a worker learn from what was watched, on a schedule")
    ledger_origin: str = Field(
        default="",
        description="Name of this realm's log, for good from its first start on; empty: PUBLIC_URL's host + /ledger",
    )
    ledger_interval_ms: int = Field(default=100, ge=10, description="Milliseconds between two checkpoints of the log")
    ledger_wait_s: float = Field(
        default=5.0, gt=0, description="Longest wait for the log before refusing to disclose"
    )
    ledger_policy: Path | None = Field(
        default=None, description="File of witnesses asked to cosign the log, in C2SP tlog-policy form"
    )
    signer_socket: str = Field(
        default="", description="Unix socket of the signer; empty: DATA/run/signer/signer.sock"
    )
    witness_name: str = Field(default="", description="Our name as a witness; empty: PUBLIC_URL's host + /witness")
    witness_logs: Path | None = Field(
        default=None, description="File with the logs this realm is a witness for, in C2SP tlog-policy form"
    )
    privacy_officer_title: str = Field(default="Privacy officer", description="Title of who answers for privacy here")
    privacy_officer_contact: str = Field(default="", description="How people reach them; an address or a page")
    staff_countries: str = Field(
        default="",
        pattern=r"^([A-Z]{2}(,[A-Z]{2})*)?$",
        description="Countries in which staff may be shown private data, such as FR,BE; empty: all",
    )
    realms_file: Path = Field(
        default=Path("deploy/realms.toml"), description="File of realms: countries, legal frame, ages and languages"
    )
    deployment_file: Path | None = Field(
        default=None,
        description="File of dated decisions about which realms run; none: this realm alone, for every country",
    )
    policies_dir: Path = Field(
        default=Path("deploy/policies"),
        description="Folder of what may cross between realms: Cedar and transfers.toml",
    )
    law_dir: Path = Field(
        default=Path("deploy/law"), description="Folder of laws: what people may ask for, and by when"
    )
    peers_dir: Path | None = Field(
        default=None, description="Folder with the card of each realm of the deployment; empty: DATA/peers"
    )
    gateway_listen: str = Field(
        default="", description="HOST:PORT where the gateway takes crossings from other realms; empty: no gateway"
    )
    gateway_address: str = Field(
        default="", description="HOST:PORT at which other realms reach the gateway; empty: where it listens"
    )
    gateway_socket: str = Field(
        default="", description="Unix socket of the gateway for its own realm; empty: DATA/run/gateway.sock"
    )
    outside: bool = Field(
        default=True,
        description="Let a worker look for organisations' proofs and talk to their systems; no: none does",
    )
    name_server: str = Field(
        default="",
        pattern=r"^(\S+:\d+)?$",
        description="HOST:PORT of the name server asked for what organisations name; empty: the machine's",
    )
    zones_listen: str = Field(
        default="", description="HOST:PORT where name servers fetch organisations' zones; empty: nowhere"
    )
    zones_notify: str = Field(
        default="",
        pattern=r"^([a-z0-9-]+=\S+:\d+(,[a-z0-9-]+=\S+:\d+)*)?$",
        description="Name servers told of changed zones: ORGANISATION=HOST:PORT, with commas between; empty: none",
    )
    sign_in_tries: int = Field(default=10, ge=1, description="Failed sign-ins per handle and address in 15 minutes")
    sign_ups: int = Field(default=20, ge=1, description="Sign-ups per address in one hour")

    @property
    def blobs_dir(self) -> Path:
        """The folder behind `blobs_url`. Raises `ValueError` for an address this release can't use."""
        if not self.blobs_url:
            return self.data / "blobs"
        if not self.blobs_url.startswith("file://"):
            raise ValueError("REELM_BLOBS_URL takes file://FOLDER in this release")
        return Path(self.blobs_url.removeprefix("file://"))

    @property
    def uploads_dir(self) -> Path:
        return self.data / "uploads"

    @property
    def work_dir(self) -> Path:
        return self.data / "work"

    @property
    def archives_dir(self) -> Path:
        """Archives of people's own data, until they are taken or their days are over."""
        return self.data / "archives"

    @property
    def moving_dir(self) -> Path:
        """Files of people who are on their way here from another realm."""
        return self.data / "moving"

    @property
    def models_dir(self) -> Path:
        """Where trained models of the feed lie."""
        return self.data / "models"

    @property
    def training_dir(self) -> Path:
        """What the feed learns from: by pseudonym, of the last days."""
        return self.data / "training"

    @property
    def ledger_dir(self) -> Path:
        """The log's public files."""
        return self.data / "ledger"

    @property
    def signer_dir(self) -> Path:
        """The log's keys: the signer's own, closed to everybody else."""
        return self.data / "signer"

    @property
    def signer_path(self) -> Path:
        return Path(self.signer_socket) if self.signer_socket else self.data / "run" / "signer" / "signer.sock"

    @property
    def peers_path(self) -> Path:
        """The folder of cards, ours among them."""
        return self.peers_dir or self.data / "peers"

    @property
    def gateway_path(self) -> Path:
        return Path(self.gateway_socket) if self.gateway_socket else self.data / "run" / "gateway.sock"

    @property
    def public_host(self) -> str:
        """Host and port that people see, without the scheme."""
        return urlsplit(self.public_url).netloc

    @property
    def origin(self) -> str:
        """The log's name where it has none yet."""
        return self.ledger_origin or f"{self.public_host}/ledger"

    @property
    def witness(self) -> str:
        """The name in our cosignatures, where we have none yet."""
        return self.witness_name or f"{self.public_host}/witness"


def load_settings() -> Settings:
    """The settings of this process. Raises `SettingNotUnderstood` for the first one that is not."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingNotUnderstood(setting=f"REELM_{error.errors()[0]['loc'][0]}".upper()) from None
