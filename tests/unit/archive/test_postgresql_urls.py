"""PostgreSQL's URLs on a real server, with TLS and passwords: each option does what libpq says or is refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from console.archive.database import Database
from console.errors import SettingError, Unknown
from tests.support.certificates import make_authority, make_certificate
from tests.support.postgresql import OWNER, PostgresServer
from tests.support.server_process import free_port

HBA = """
local all all trust
hostssl all ada 127.0.0.1/32 scram-sha-256
hostssl all sestetto 127.0.0.1/32 trust
hostnossl all plain 127.0.0.1/32 trust
"""
ADA = "p%40ss%2Fw%23rd"  # p@ss/w#rd


class Secured(NamedTuple):
    """A server on `localhost`, and the certificate it is known by; `stranger` is another authority's."""

    postgres: PostgresServer
    port: int
    authority: Path
    stranger: Path

    def url(self, options: str = "", *, user: str = OWNER, host: str = "localhost", scheme: str = "postgresql") -> str:
        return f"{scheme}://{user}@{host}:{self.port}/base{options}"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    authority, stranger = make_authority(folder), make_authority(folder, "stranger")
    certificate, key = make_certificate(folder, "localhost", authority)
    listening = ("listen_addresses=127.0.0.1", f"port={port}", "ssl=on")
    server = PostgresServer(*listening, "ssl_cert_file=../server.crt", "ssl_key_file=../server.key", hba=HBA)
    try:
        for made, name in ((certificate, "server.crt"), (key, "server.key")):
            shutil.copy(made, server.folder / name)
            if server.user:
                shutil.chown(server.folder / name, server.user)
        server.start(port)
        server.create_database("base")
        server.psql("base", "CREATE ROLE ada LOGIN PASSWORD 'p@ss/w#rd'", "CREATE ROLE plain LOGIN")
        yield Secured(server, port, authority, stranger)
    finally:
        server.stop()


async def asks(url: str, question: str) -> object:
    database = Database(url)
    try:
        async with database.reading() as connection:
            return (await connection.execute(text(question))).scalar()
    finally:
        await database.close()


ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.mark.parametrize("options", ["?sslmode=require", "?sslmode=prefer", "?ssl=require", ""])
async def test_a_url_that_asks_for_tls_gets_it(secured: Secured, options: str) -> None:
    assert await asks(secured.url(options), ENCRYPTED) is True


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full", "require"])
async def test_a_server_known_to_the_root_certificate_is_trusted(secured: Secured, mode: str) -> None:
    assert await asks(secured.url(f"?sslmode={mode}&sslrootcert={secured.authority}"), ENCRYPTED) is True


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_a_server_of_another_authority_is_not(secured: Secured, mode: str) -> None:
    with pytest.raises(SettingError, match="certificate verify failed"):
        await Database(secured.url(f"?sslmode={mode}&sslrootcert={secured.stranger}")).migrate_when_there()


async def test_the_system_s_certificates_do_not_know_it(secured: Secured) -> None:
    with pytest.raises(SettingError, match="certificate verify failed"):
        await Database(secured.url("?sslmode=verify-full&sslrootcert=system")).migrate_when_there()


async def test_only_verify_full_minds_the_server_s_name(secured: Secured) -> None:
    known = f"sslrootcert={secured.authority}"
    assert await asks(secured.url(f"?sslmode=verify-ca&{known}", host="127.0.0.1"), ENCRYPTED) is True
    with pytest.raises(SettingError, match=r"not valid for '127\.0\.0\.1'"):
        await Database(secured.url(f"?sslmode=verify-full&{known}", host="127.0.0.1")).migrate_when_there()


async def test_a_root_certificate_that_is_not_there_is_named(secured: Secured) -> None:
    with pytest.raises(SettingError, match=r'"sslrootcert" names /no/such.crt: No such file'):
        await Database(secured.url("?sslmode=verify-full&sslrootcert=/no/such.crt")).migrate_when_there()


async def test_tls_that_the_server_does_not_have_is_refused(postgres: PostgresServer, secured: Secured) -> None:
    with pytest.raises(SettingError, match="no encryption"):
        await Database(secured.url("?sslmode=disable")).migrate_when_there()
    assert await asks(secured.url("?sslmode=disable", user="plain"), ENCRYPTED) is False


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
async def test_a_password_with_any_signs_is_understood(secured: Secured, scheme: str) -> None:
    assert await asks(secured.url(user=f"ada:{ADA}", scheme=scheme), "SELECT current_user") == "ada"
    assert (
        await asks(f"{scheme}://localhost:{secured.port}/base?user=ada&password={ADA}", "SELECT current_user") == "ada"
    )


async def test_a_wrong_password_stops_the_start_at_once_and_is_not_shown(secured: Secured) -> None:
    with pytest.raises(SettingError, match="password authentication failed") as refused:
        await Database(secured.url(user="ada:hush")).migrate_when_there()
    assert "hush" not in str(refused.value)


async def test_a_database_that_is_not_there_stops_the_start_at_once(secured: Secured) -> None:
    with pytest.raises(SettingError, match='database "nowhere" does not exist'):
        await Database(secured.url().replace("/base", "/nowhere")).migrate_when_there()


async def test_a_running_server_waits_through_the_same(secured: Secured) -> None:
    """Whoever is served must not be cut off because somebody changes the password."""
    with pytest.raises(Unknown, match="password authentication failed"):
        await asks(secured.url(user="ada:hush"), "SELECT 1")


@pytest.mark.parametrize("place", ["@/base?host={folder}&port={port}", "@{quoted}:{port}/base"])
async def test_a_unix_socket_is_a_place_too(secured: Secured, place: str) -> None:
    folder = str(secured.postgres.folder)
    url = "postgresql://sestetto" + place.format(folder=folder, quoted=folder.replace("/", "%2F"), port=secured.port)
    assert await asks(url, "SELECT inet_client_addr() IS NULL") is True


async def test_of_several_servers_the_one_that_answers_is_taken(secured: Secured) -> None:
    silent = free_port()
    assert await asks(f"postgresql://{OWNER}@localhost:{silent},localhost:{secured.port}/base", "SELECT 1") == 1
    both = f"?host=localhost:{silent}&host=localhost:{secured.port}&target_session_attrs=read-write"
    assert await asks(f"postgresql://{OWNER}@/base{both}", "SELECT 1") == 1


async def test_the_server_sees_the_application_s_name(secured: Secured) -> None:
    name = "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    assert await asks(secured.url(), name) == "sestetto"
    assert await asks(secured.url("?application_name=chat+one"), name) == "chat+one"
    assert await asks(secured.url("?fallback_application_name=chat"), name) == "chat"


async def test_options_set_the_server_s_settings_and_ours_elsewhere(secured: Secured) -> None:
    url = secured.url("?options=-c%20search_path%3Dchat%20-c%20statement_timeout%3D3s")
    assert await asks(url, "SHOW search_path") == "chat"
    assert await asks(url, "SHOW statement_timeout") == "3s"
    assert await asks(url, "SHOW lock_timeout") == "5s"
    with pytest.raises(SettingError, match="nonsense"):
        await Database(secured.url("?options=-c%20nonsense%3D1")).migrate_when_there()


async def test_connecting_takes_as_long_as_the_url_says() -> None:
    with pytest.raises(Unknown):  # TEST-NET-1: nobody is there
        await asks("postgresql://x@192.0.2.1/x?connect_timeout=1", "SELECT 1")


async def test_a_pooler_in_front_gets_no_prepared_statements(secured: Secured) -> None:
    url = secured.url("?statement_cache_size=0&prepared_statement_cache_size=0")
    database = Database(url)
    async with database.reading() as connection:
        for _ in range(3):
            await connection.execute(text("SELECT 1"))
        assert (await connection.execute(text("SELECT count(*) FROM pg_prepared_statements"))).scalar_one() <= 1
    await database.close()


async def test_an_archive_is_made_over_tls(secured: Secured) -> None:
    database = Database(secured.url(f"?sslmode=verify-full&sslrootcert={secured.authority}&connect_timeout=10"))
    before = await database.migrate()
    after = await database.versions()
    assert (before.now, after.missing) == ("", ())
    await database.close()
