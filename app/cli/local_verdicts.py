"""The findings of this machine for the command line, out of the same store as the service's."""

import asyncio

from app.errors import FieldProblem, InvalidFields
from app.knowledge.local_evidence import AS_SHIPPED, LocalEvidence
from app.settings import Settings, read_settings
from app.web.query import SHIPPED

HERE = "here"


def find(wanted: str) -> LocalEvidence:
    """This machine's findings: all of them for `here`, none for `shipped`, or those up to a number.

    Raises:
        InvalidFields: it is none of these, or nothing was found under that number.
        UnusableSetting: the database cannot be used.
    """
    if wanted not in (HERE, SHIPPED) and not (wanted.isascii() and wanted.isdecimal()):
        raise InvalidFields([FieldProblem("verdicts", "must be the number of a finding", (HERE, SHIPPED))])
    settings = read_settings()
    nothing_yet = settings.database_url is None and not settings.database_file.exists()
    if wanted == SHIPPED or (wanted == HERE and nothing_yet):
        return AS_SHIPPED
    return asyncio.run(_read(settings, None if wanted == HERE else int(wanted)))


async def _read(settings: Settings, revision: int | None) -> LocalEvidence:
    from app.runs.local_evidence import LocalEvidenceReader
    from app.runs.store.address import read_address  # here, since advice without findings needs no database's libraries
    from app.runs.store.migration import migrate
    from app.runs.store.store import Store

    address = read_address(settings.database, settings.password)
    await asyncio.to_thread(migrate, address)
    store = Store(address)
    try:
        return await LocalEvidenceReader(store).at(revision)
    finally:
        await store.close()
