// One journey with an API token: what it is good for, a list page by page, and the life of a project, with all that can
// come between. `PORTICO_URL` and `PORTICO_TOKEN` say where and as whom.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./portico.js";

type Schemas = components["schemas"];

async function whatTheTokenIsGoodFor(client: Client<paths>): Promise<void> {
  const { token, user, organization, permissions } = answered(await client.GET("/api/v1/token"));
  assert.ok(token, "this is the session of a person");
  const projects = permissions["projects"];
  assert.deepEqual([projects?.view, projects?.insert], [true, true]);
  console.log(`token: ${token.name} of ${user.name}, ${organization.name}`);
}

async function allProjects(client: Client<paths>): Promise<void> {
  const rows: Schemas["ProjectRow"][] = [];
  // A cursor belongs to the order and the filters that it came with: send them with every page.
  const query: paths["/api/v1/projects"]["get"]["parameters"]["query"] = { sort: "name", limit: 8, total: true };
  let pages = 0;
  let total: number | null | undefined;
  for (;;) {
    const page = answered(await client.GET("/api/v1/projects", { params: { query } }));
    pages += 1;
    total ??= page.total;
    rows.push(...page.items);
    if (!page.next) break;
    query.after = page.next;
  }
  assert.equal(rows.length, total, "a row is missing");
  assert.equal(new Set(rows.map((row) => row.id)).size, total, "a row comes twice");
  console.log(`projects: ${rows.length} on ${pages} pages`);
}

async function lifeOfAProject(client: Client<paths>): Promise<void> {
  // The key is chosen before the request is sent for the first time: sent again after an answer that was lost, it makes
  // nothing twice.
  const key = randomUUID();
  const name = "Footbridge over the Rotte";
  const create = () =>
    client.POST("/api/v1/projects", {
      params: { header: { "Idempotency-Key": key } },
      body: { name, cost_centre: "CC-7" },
    });
  const created = answered(await create());
  const again = await create();
  assert.equal(answered(again).id, created.id, "the same key made another project");
  assert.equal(again.response.headers.get("Idempotent-Replayed"), "true");
  const found = answered(await client.GET("/api/v1/projects", { params: { query: { q: name } } }));
  assert.equal(found.items.length, 1);
  console.log(`created: ${name}, once`);

  const path = { project: created.id };
  const read = await client.GET("/api/v1/projects/{project}", { params: { path } });
  const first = answered(read);
  assert.deepEqual([first.name, first.version], [name, 1]);
  console.log(`read: version ${first.version}`);

  // The version that was read goes back as it came, between quotes.
  const rename = (to: string, tag: string | null) =>
    client.PATCH("/api/v1/projects/{project}", {
      params: { path, header: { "If-Match": tag ?? "" } },
      body: { name: to },
    });
  const tag = read.response.headers.get("ETag");
  const renamed = await rename("Footbridge over the Schie", tag);
  const changed = answered(renamed);
  assert.deepEqual([changed.name, changed.version], ["Footbridge over the Schie", 2]);
  console.log(`changed: version ${changed.version}`);

  const stale = refused(await rename("Footbridge over the Maas", tag));
  const current = stale.current as Partial<Schemas["Project"]> | null | undefined;
  assert.deepEqual([stale.status, stale.code], [412, "stale_version"]);
  assert.deepEqual([current?.name, current?.version], ["Footbridge over the Schie", 2]);
  console.log(`stale: ${stale.status} ${stale.code}, now version ${current?.version}`);

  const header = { "If-Match": renamed.response.headers.get("ETag") ?? "" };
  const invalid = refused(
    await client.PATCH("/api/v1/projects/{project}", {
      params: { path, header },
      body: { start_date: "2027-03-01", end_date: "2027-02-28" },
    }),
  );
  const fields = (invalid.errors ?? []).map((field) => `${field.pointer} ${field.code}`);
  assert.deepEqual([invalid.status, fields], [422, ["/end_date end_before_start"]]);
  console.log(`invalid: ${invalid.status} ${fields.join()}`);

  const deleted = await client.DELETE("/api/v1/projects/{project}", { params: { path, header } });
  assert.equal(deleted.response.status, 204);
  const gone = refused(await client.GET("/api/v1/projects/{project}", { params: { path } }));
  assert.deepEqual([gone.status, gone.code], [404, "not_found"]);
  console.log(`deleted: ${gone.status} ${gone.code}`);
}

async function whatIsLeftToPeople(client: Client<paths>): Promise<void> {
  const { status, denial } = refused(await client.GET("/api/v1/users"));
  assert.ok(denial, "the reason is missing");
  const { reason, menu, operation } = denial;
  assert.deepEqual([status, reason, menu, operation], [403, "token_scope", "users", "view"]);
  console.log(`refused: ${status} ${reason} for ${menu} ${operation}`);
}

/** What was asked for; a problem ends the program with what the server said. */
function answered<T>({ data, error }: { data?: T; error?: unknown }): NonNullable<T> {
  assert.ok(data, JSON.stringify(error));
  return data;
}

/** What the server refused with. */
function refused({ error }: { error?: Schemas["Problem"] }): Schemas["Problem"] {
  assert.ok(error, "it was not refused");
  return error;
}

const { PORTICO_URL, PORTICO_TOKEN } = process.env;
assert.ok(PORTICO_URL && PORTICO_TOKEN, "PORTICO_URL and PORTICO_TOKEN are missing");
const portico = createClient<paths>({ baseUrl: PORTICO_URL, headers: { Authorization: `Bearer ${PORTICO_TOKEN}` } });
await whatTheTokenIsGoodFor(portico);
await allProjects(portico);
await lifeOfAProject(portico);
await whatIsLeftToPeople(portico);
