"""This machine's own evidence for the command line, from the store that the service uses."""

import asyncio

from app.advice.query_fields import Revision
from app.knowledge.local_evidence import AS_SHIPPED, LocalEvidence
from app.settings import Settings, read_settings


def local_evidence(revision: Revision) -> LocalEvidence:
    """Everything that was found out on this machine, or what was up to a revision.

    Raises:
        InvalidFields: the store has no such revision.
        UnusableSetting: the database cannot be used.
    """
    settings = read_settings()
    nothing_yet = settings.database_url is None and not settings.database_file.exists()
    if revision == 0 or (revision is None and nothing_yet):
        return AS_SHIPPED
    return asyncio.run(_read(settings, revision))


async def _read(settings: Settings, revision: Revision) -> LocalEvidence:
    from app.runs.local_evidence import LocalEvidenceReader
    from app.runs.store.address import read_address  # here, since an advice as shipped needs no database's libraries
    from app.runs.store.migration import migrate
    from app.runs.store.store import Store

    address = read_address(settings.database, settings.password)
    await asyncio.to_thread(migrate, address)
    store = Store(address)
    try:
        return await LocalEvidenceReader(store).at(revision)
    finally:
        await store.close()
