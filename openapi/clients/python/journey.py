"""One journey with an API token: what it is good for, a list page by page, and the life of a project, with all that can
come between. `PORTICO_URL` and `PORTICO_TOKEN` say where and as whom."""

import datetime
import os
import uuid
from typing import TypeVar

from portico_client import AuthenticatedClient
from portico_client.api.projects import (
    create_project,
    delete_project,
    get_project,
    list_projects,
    update_project,
)
from portico_client.api.session import get_current_access
from portico_client.api.user_management import list_users
from portico_client.models import (
    CurrentAccess,
    DenialReason,
    Menu,
    NewProject,
    Operation,
    PageProjectRow,
    Problem,
    ProblemCode,
    Project,
    ProjectPatch,
    ProjectRow,
)
from portico_client.types import UNSET, Unset

T = TypeVar("T")


def what_the_token_is_good_for(client: AuthenticatedClient) -> None:
    access = answered(get_current_access.sync(client=client), CurrentAccess)
    assert access.token, "this is the session of a person"
    projects = access.permissions["projects"]
    assert projects.view is True and projects.insert is True, projects
    print(f"token: {access.token.name} of {access.user.name}, {access.organization.name}")


def all_projects(client: AuthenticatedClient) -> None:
    rows: list[ProjectRow] = []
    pages = 0
    total: int | Unset | None = None
    after: str | Unset | None = None
    while True:
        # A cursor belongs to the order and the filters that it came with: send them with every page.
        page = answered(
            list_projects.sync(client=client, sort="name", limit=8, total=True, after=after or UNSET),
            PageProjectRow,
        )
        pages += 1
        total = page.total if total is None else total
        rows.extend(page.items)
        after = page.next_
        if not after:
            break
    assert len(rows) == len({row.id for row in rows}) == total, "a row is missing, or comes twice"
    print(f"projects: {len(rows)} on {pages} pages")


def life_of_a_project(client: AuthenticatedClient) -> None:
    # The key is chosen before the request is sent for the first time: sent again after an answer that was lost, it
    # makes nothing twice.
    key, name = str(uuid.uuid4()), "Footbridge over the Rotte"
    wanted = NewProject(name=name, cost_centre="CC-7")
    created = create_project.sync_detailed(client=client, body=wanted, idempotency_key=key)
    again = create_project.sync_detailed(client=client, body=wanted, idempotency_key=key)
    project = answered(created.parsed, Project).id
    assert project == answered(again.parsed, Project).id, "the same key made another project"
    assert again.headers["Idempotent-Replayed"] == "true", again.headers
    found = answered(list_projects.sync(client=client, q=name), PageProjectRow)
    assert len(found.items) == 1, found
    print(f"created: {name}, once")

    read = get_project.sync_detailed(project, client=client)
    first = answered(read.parsed, Project)
    assert first.name == name and first.version == 1, first
    print(f"read: version {first.version}")

    # The version that was read goes back as it came, between quotes.
    seen = read.headers["ETag"]
    schie, maas = ProjectPatch(name="Footbridge over the Schie"), ProjectPatch(name="Footbridge over the Maas")
    renamed = update_project.sync_detailed(project, client=client, body=schie, if_match=seen)
    changed = answered(renamed.parsed, Project)
    assert changed.version == 2 and changed.name == "Footbridge over the Schie", changed
    print(f"changed: version {changed.version}")

    stale = refused(update_project.sync(project, client=client, body=maas, if_match=seen))
    assert stale.current, "the present state is missing"
    assert stale.status == 412 and stale.code == ProblemCode.STALE_VERSION, stale
    assert stale.current["version"] == 2 and stale.current["name"] == "Footbridge over the Schie", stale
    print(f"stale: {stale.status} {stale.code}, now version {stale.current['version']}")

    seen = renamed.headers["ETag"]
    backwards = ProjectPatch(start_date=datetime.date(2027, 3, 1), end_date=datetime.date(2027, 2, 28))
    invalid = refused(update_project.sync(project, client=client, body=backwards, if_match=seen))
    assert invalid.errors and len(invalid.errors) == 1, invalid
    field = invalid.errors[0]
    assert invalid.status == 422 and field.pointer == "/end_date", invalid
    print(f"invalid: {invalid.status} {field.pointer} {field.code}")

    deleted = delete_project.sync_detailed(project, client=client, if_match=seen)
    assert deleted.status_code == 204, deleted
    gone = refused(get_project.sync(project, client=client))
    assert gone.status == 404 and gone.code == ProblemCode.NOT_FOUND, gone
    print(f"deleted: {gone.status} {gone.code}")


def what_is_left_to_people(client: AuthenticatedClient) -> None:
    problem = refused(list_users.sync(client=client))
    assert problem.denial, "the reason is missing"
    denial = problem.denial
    assert problem.status == 403 and denial.reason == DenialReason.TOKEN_SCOPE, denial
    assert denial.menu == Menu.USERS and denial.operation == Operation.VIEW, denial
    print(f"refused: {problem.status} {denial.reason} for {denial.menu} {denial.operation}")


def answered(answer: object, wanted: type[T]) -> T:
    """What was asked for; anything else ends the program with what the server said."""
    assert isinstance(answer, wanted), answer
    return answer


def refused(answer: object) -> Problem:
    """What the server refused with."""
    return answered(answer, Problem)


with AuthenticatedClient(base_url=os.environ["PORTICO_URL"], token=os.environ["PORTICO_TOKEN"]) as portico:
    what_the_token_is_good_for(portico)
    all_projects(portico)
    life_of_a_project(portico)
    what_is_left_to_people(portico)
