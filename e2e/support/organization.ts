// Organizations that exist for one journey alone, so that journeys can run side by side and change what they like.

import { randomBytes } from "node:crypto";
import type { Cookie } from "@playwright/test";

import { Api, type Role, type User } from "./api.ts";
import { call, originOf, portico } from "./server.ts";

/** Of everybody, also in the demo data. */
export const password = "every door has a key";

export interface Account {
  email: string;
  name: string;
}

/** A session that the API has opened: the token for programs, the cookies for a browser. */
export interface OpenSession {
  api: Api;
  cookies: Cookie[];
}

export interface Wishes {
  name?: string;
  language?: "en" | "es";
  timeZone?: string;
  /** `TYPE=SEATS`, with the days behind an `@`; otherwise there is enough of everything. */
  licences?: string[];
}

const plenty = ["full_access", "portfolio_access", "project_manager", "team_member", "project_guest"].map(
  (type) => `${type}=unlimited`,
);

export class Organization {
  readonly slug: string;
  readonly name: string;
  readonly origin: string;
  readonly admin: Account;
  #api: Promise<Api> | undefined;

  constructor(slug: string, name: string, admin: Account) {
    this.slug = slug;
    this.name = name;
    this.origin = originOf(slug);
    this.admin = admin;
  }

  /** A new one, with the roles that every organization starts with. */
  static async create(wishes: Wishes = {}): Promise<Organization> {
    const slug = `j-${randomBytes(6).toString("hex")}`;
    const name = wishes.name ?? "Quayside Timber";
    const admin = { email: `ada.moreau@${slug}.example`, name: "Ada Moreau" };
    const words = ["org", "create", "--slug", slug, "--name", name, "--language", wishes.language ?? "en"];
    words.push("--admin-email", admin.email, "--admin-first-name", "Ada", "--admin-last-name", "Moreau");
    words.push("--time-zone", wishes.timeZone ?? "Europe/Madrid");
    words.push(...(wishes.licences ?? plenty).flatMap((licence) => ["--licence", licence]));
    await portico(words, { PORTICO_INITIAL_PASSWORD: password });
    return new Organization(slug, name, admin);
  }

  /** One of the two of the demo data. What a journey changes there, others see. */
  static demo(slug: "atlas" | "viento-sur"): Organization {
    return slug === "atlas"
      ? new Organization(slug, "Atlas Civil Works", { email: "ingrid.solheim@atlas.example", name: "Ingrid Solheim" })
      : new Organization(slug, "Viento Sur Renovables", {
          email: "lucia.ibanez@viento-sur.example",
          name: "Lucía Ibáñez",
        });
  }

  /** Signs somebody in, past the screen. */
  async session(account: Account, secret = password): Promise<OpenSession> {
    const body = { email: account.email, password: secret };
    let answer = await call<{ access_token?: string }>(this.origin, "/session", { body });
    while (answer.status === 429) {
      // Two journeys sign the same person in at one moment: the server asks one of them to wait, and says for how long.
      const seconds = Number(answer.headers["retry-after"] ?? 1);
      await new Promise((resume) => setTimeout(resume, seconds * 1000));
      answer = await call<{ access_token?: string }>(this.origin, "/session", { body });
    }
    if (answer.status !== 200 || !answer.body.access_token) {
      throw new Error(`${account.email} cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    const lines = [answer.headers["set-cookie"] ?? []].flat();
    return { api: new Api(this.origin, answer.body.access_token), cookies: lines.map((line) => this.#cookie(line)) };
  }

  /** The API as somebody uses it; as the company admin where nobody is named. */
  async api(account?: Account): Promise<Api> {
    if (account) return (await this.session(account)).api;
    // Whoever adds people with passwords and roles with administration has shown their own a moment ago.
    this.#api ??= this.session(this.admin).then((session) => session.api.confirm(password));
    return this.#api;
  }

  /** Adds a person who can sign in. */
  async person(name: string, roles: string[], more: object = {}): Promise<Account & User> {
    const api = await this.api();
    const [first_name, ...rest] = name.split(" ");
    const last_name = rest.join(" ");
    const email = `${first_name}.${last_name}@${this.slug}.example`.toLowerCase().replaceAll(" ", "-");
    const ids = (await this.roles(roles)).map((role) => role.id);
    const user = await api.post<User>("/users", { email, first_name, last_name, roles: ids, password, ...more });
    return { ...user, name };
  }

  /** Roles by their names. */
  async roles(names: string[]): Promise<Role[]> {
    const all = await (await this.api()).get<Role[]>("/roles");
    return names.map((name) => {
      const found = all.find((role) => role.name === name);
      if (!found) throw new Error(`${this.name} has no role ${name}`);
      return found;
    });
  }

  #cookie(line: string): Cookie {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const equals = pair.indexOf("=");
    const path = attributes.find((attribute) => attribute.startsWith("Path="))?.slice("Path=".length);
    return {
      name: pair.slice(0, equals),
      value: pair.slice(equals + 1),
      domain: new URL(this.origin).hostname,
      path: path ?? "/",
      expires: -1,
      httpOnly: true,
      secure: true,
      sameSite: "Strict",
    };
  }
}
