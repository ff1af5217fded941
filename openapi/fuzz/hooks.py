"""What schemathesis cannot know of Portico: how one signs in, which ids exist, and what would end the very session that
is being used. It is loaded by `cargo xtask fuzz` and `cargo xtask test openapi`, never by hand."""

import atexit
import hashlib
import json
import os
import threading
from collections import Counter, defaultdict

import requests
import schemathesis

ORIGIN = os.environ["FUZZ_ORIGIN"]
HOST = os.environ["FUZZ_HOST"]
CALLER = os.environ["FUZZ_CALLER"]
PASSWORD = os.environ["FUZZ_PASSWORD"]
ADMIN = os.environ["FUZZ_ADMIN"]
EMAIL = os.environ["FUZZ_EMAIL"]
REPORT = os.environ["FUZZ_REPORT"]

# What ends a session, or takes away what its person may. These are called in the name of somebody who is there for
# nothing else, each time with a fresh session, so that they are tried out whole and the run goes on.
SELF_ENDING = {"sign_out", "change_password", "end_session", "end_other_sessions", "hand_over_account"}

# Bodies in which the caller's password is asked for. It is there two times of three; a change puts the same one again.
KNOWN_PASSWORDS = {
    "confirm_session": ("password",),
    "change_password": ("old_password", "new_password"),
}


class Person:
    """Somebody who signs in, from a network that nothing else comes from: guesses elsewhere do not slow it."""

    def __init__(self, email, network):
        self.email = email
        self.headers = {"Host": HOST, "X-Forwarded-For": f"{network}.1"}
        self.user = None

    def sign_in(self):
        body = {"email": self.email, "password": PASSWORD}
        token = self.call("POST", "/session", body, {})["access_token"]
        self.call("POST", "/session/confirm", {"password": PASSWORD}, bearer(token))
        self.user = self.call("GET", "/session", None, bearer(token))["user"]
        return token

    def call(self, method, path, body, more, parameters=None):
        answer = requests.request(
            method,
            f"{ORIGIN}/api/v1{path}",
            json=body,
            params=parameters,
            headers={**self.headers, **more},
            timeout=30,
        )
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Scene:
    """The caller, the one who is sacrificed, and the ids that exist."""

    def __init__(self):
        admin = Person(ADMIN, "198.51.100")
        token = admin.sign_in()
        ask = lambda path, **parameters: admin.call("GET", path, None, bearer(token), parameters)
        roles = ask("/roles")
        role = next(one["id"] for one in roles if one["name"] == "Team Member")
        email = f"sacrificed-{CALLER}@atlas.example"
        new = {"email": email, "first_name": "Sam", "last_name": "Spare", "password": PASSWORD, "roles": [role]}
        made = admin.call("POST", "/users", new, bearer(token))
        if CALLER == "admin":
            change = {"company_admin": True}
            more = {**bearer(token), "If-Match": f"\"{made['version']}\""}
            admin.call("PATCH", f"/users/{made['id']}", change, more)
        self.sacrificed = Person(email, "198.51.101")
        self.sacrificed.user = made["id"]
        self.caller = Person(EMAIL, "198.51.102")
        self.caller.sign_in()
        self.secret = self.own_token = None
        self.credential = None
        if CALLER == "token":
            options = admin.call("GET", "/profile/api-tokens/options", None, bearer(token))
            day = str(int(options["today"][:4]) + 1) + "-01-01"
            wish = {"name": "Fuzzing", "expires_on": day, "scopes": options["scopes"]}
            made = admin.call("POST", "/profile/api-tokens", wish, bearer(token))
            self.secret, self.own_token = made["secret"], made["token"]["id"]
        invited = {"email": f"invited-{CALLER}@people.example"}
        admin.call("POST", "/invitations", invited, bearer(token))
        self.ids = {
            "user": [one["id"] for one in ask("/users", limit=500)["items"] if one["id"] not in self.spared()],
            "project": [one["id"] for one in ask("/projects", limit=500)["items"]],
            "role": [one["id"] for one in roles],
            "invitation": [one["id"] for one in ask("/invitations")],
            "parameter": [one["id"] for one in ask("/project-parameters")],
            "entry": [one["id"] for one in ask("/audit-log")["items"]],
            "token": [one["id"] for one in ask("/api-tokens")["items"] if one["id"] != self.own_token],
            "licence": [held["id"] for one in ask("/licence-consumption") for held in one["licences"]],
        }

    def spared(self):
        """Those whom nothing is done to: the run goes on in their names."""
        return self.caller.user, self.sacrificed.user


SCENE = Scene()
LOCK = threading.Lock()
STATUSES = defaultdict(Counter)
LOST = Counter()
OPERATIONS = set()


@schemathesis.auth(refresh_interval=200)
class Credential:
    """The caller's. An access token is good for ten minutes, what was confirmed with the password for five."""

    def get(self, case, context):
        SCENE.credential = SCENE.secret or SCENE.caller.sign_in()
        return SCENE.credential

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def operation_id(case):
    return case.operation.definition.raw["operationId"]


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def existing(name, value):
    """One that exists, for two of three. The same value leads to the same one."""
    ids = SCENE.ids.get(name)
    number = int.from_bytes(hashlib.sha256(str(value).encode()).digest()[:8], "big")
    return ids[number % len(ids)] if ids and number % 3 else value


def present_version(path):
    """The version of what is there, read in the caller's name; none where there is nothing to read."""
    answer = requests.get(
        f"{ORIGIN}/api/v1{path}",
        headers={**SCENE.caller.headers, **bearer(SCENE.credential)},
        timeout=30,
    )
    return answer.headers.get("ETag")


def path_of(case):
    """The path of the thing itself, without the verb behind it."""
    path = case.formatted_path.removeprefix("/api/v1")
    return path if case.method in ("PATCH", "DELETE") else path.rsplit("/", 1)[0]


@schemathesis.hook
def before_call(context, case, kwargs):
    # Not where the case is about another credential, or none.
    is_own = (case.headers or {}).get("Authorization") == f"Bearer {SCENE.credential}"
    parameters = case.path_parameters or {}
    if is_positive(case):
        for name in parameters:
            parameters[name] = existing(name, parameters[name])
        if isinstance(case.body, dict):
            if isinstance(case.body.get("user_id"), str):
                case.body["user_id"] = existing("user", case.body["user_id"])
            known = KNOWN_PASSWORDS.get(operation_id(case), ())
            if known and existing("user", case.body.get(known[0])) in SCENE.ids["user"]:
                case.body.update(dict.fromkeys(known, PASSWORD))
            for name in ("roles", "add_roles", "remove_roles"):
                if isinstance(case.body.get(name), list):
                    case.body[name] = [existing("role", one) for one in case.body[name]]
        if is_own and "If-Match" in case.headers and existing("user", case.headers["If-Match"]) in SCENE.ids["user"]:
            case.headers["If-Match"] = present_version(path_of(case)) or case.headers["If-Match"]
    # Neither is deactivated, erased or given another password: the run would end unseen.
    if parameters.get("user") in SCENE.spared() and case.method != "GET":
        parameters["user"] = SCENE.ids["user"][0]
    if is_own and CALLER != "token" and operation_id(case) in SELF_ENDING:
        case.headers["Authorization"] = f"Bearer {SCENE.sacrificed.sign_in()}"
        if operation_id(case) == "hand_over_account" and isinstance(case.body, dict):
            case.body["user_id"] = SCENE.ids["user"][0]


@schemathesis.hook
def after_call(context, case, response):
    with LOCK:
        STATUSES[operation_id(case)][response.status_code] += 1
        # With a credential that is good, nobody is told to sign in.
        is_own = response.request.headers.get("Authorization") == f"Bearer {SCENE.credential}"
        if response.status_code == 401 and is_own and case.operation.definition.raw["security"]:
            LOST[operation_id(case)] += 1


@schemathesis.hook
def after_load_schema(context, schema):
    for path in schema.raw_schema["paths"].values():
        OPERATIONS.update(one["operationId"] for one in path.values())


@atexit.register
def report():
    missed = {name: True for name in sorted(OPERATIONS - STATUSES.keys())}
    with open(REPORT, "w", encoding="utf-8") as file:
        json.dump({"statuses": STATUSES, "lost": LOST, "missed": missed}, file)
