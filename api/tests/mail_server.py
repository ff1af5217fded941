"""A real SMTP server for tests: `/usr/bin/python3 mail_server.py FOLDER` (Debian's python3-aiosmtpd).

It prints its port, and what it receives becomes a file in the folder: complete before the client hears that the mail
was taken, so whoever has seen a mail sent finds it there. It ends with its standard input.

How it treats a recipient stands in the part before the @:
    refused…   550 at RCPT             busy…       450 at RCPT, the first two times
    full…      552 after the text      tired…      451 after the text, the first two times
    mute…      keeps the mail and says nothing more
    cut…       hangs up in the middle of the text, with nothing kept

--name NAME --password PASSWORD --certificate FILE --key FILE: asks for TLS (STARTTLS) and for the name.
"""

import argparse
import asyncio
import email
import email.policy
import itertools
import json
import logging
import os
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Inbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)
        self.tries: dict[str, int] = {}

    def is_early(self, address: str) -> bool:
        self.tries[address] = self.tries.get(address, 0) + 1
        return self.tries[address] <= 2

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 nobody of that name"
        if address.startswith("busy") and self.is_early(address):
            return "450 4.2.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("full"):
            return "552 5.2.2 the mailbox is full"
        if recipient.startswith("tired") and self.is_early(recipient):
            return "451 4.3.0 not now"
        if recipient.startswith("cut"):
            server.transport.abort()
            return "421 gone"
        self.keep(envelope, session)
        if recipient.startswith("mute"):
            await asyncio.Event().wait()
        return "250 taken"

    def keep(self, envelope, session) -> None:
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        part = lambda kind: (found := message.get_body((kind,))) and found.get_content()
        mail = {
            "envelope_from": envelope.mail_from,
            "envelope_to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "headers": [[name.lower(), str(value)] for name, value in message.items()],
            "to": str(message["to"]),
            "subject": str(message["subject"]),
            "text": part("plain"),
            "html": part("html"),
            "defects": [str(defect) for one in message.walk() for defect in one.defects],
        }
        name = f"{next(self.numbers):06}.json"
        unfinished = self.folder / f"{name}.new"
        unfinished.write_text(json.dumps(mail))
        os.rename(unfinished, self.folder / name)


async def main() -> None:
    # Tests provoke refusals and broken connections; what came of them, they look at themselves.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name")
    parser.add_argument("--password")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    inbox = Inbox(options.folder)
    more = {}
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
        more = {"tls_context": context, "require_starttls": True, "auth_required": True}

        def knows(server, session, envelope, mechanism, data):
            given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
            return AuthResult(success=given == (options.name, options.password), handled=False)

        more["authenticator"] = knows
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(inbox, hostname="mail.test", enable_SMTPUTF8=True, loop=loop, **more)
    server = await loop.create_server(make, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
