// What the API speaks of, as far as the journeys look at it, and a signed-in way to it.

import { call, type Answer } from "./server.ts";

export interface Named {
  id: string;
  name: string;
}

export interface Role extends Named {
  version: number;
  licence_type: string;
  holders: number;
  grants: Record<string, Record<string, boolean>>;
}

export interface User {
  id: string;
  version: number;
  email: string;
  first_name: string;
  last_name: string;
  active: boolean;
}

export interface Project extends Named {
  version: number;
  code: string;
  access: { effective_position?: string; lowered_because?: string };
}

export interface Page<T> {
  items: T[];
  next?: string;
  total?: number;
}

export interface Problem {
  code: string;
  detail?: string;
  denial?: { menu: string; operation: string; reason: string; roles?: string[] };
  seats?: { licence_type: string; used: number; held?: number };
}

/** The API as one person uses it. */
export class Api {
  readonly origin: string;
  readonly token: string;

  constructor(origin: string, token: string) {
    this.origin = origin;
    this.token = token;
  }

  /** The answer, whatever it is. */
  ask<T = Problem>(method: string, path: string, body?: unknown, version?: number): Promise<Answer<T>> {
    const headers: Record<string, string> = version === undefined ? {} : { "if-match": `"${version}"` };
    return call<T>(this.origin, path, { method, token: this.token, body, headers });
  }

  /** What the API gives; a refusal is an error. */
  async must<T>(method: string, path: string, body?: unknown, version?: number): Promise<T> {
    const answer = await this.ask<T>(method, path, body, version);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  get<T>(path: string): Promise<T> {
    return this.must<T>("GET", path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.must<T>("POST", path, body);
  }

  /** Changes something as it is now. */
  async patch<T extends { version: number }>(path: string, change: unknown): Promise<T> {
    const { version } = await this.get<T>(path);
    return this.must<T>("PATCH", path, change, version);
  }

  /** Shows the password once more, for what changes who may do what. */
  async confirm(secret: string): Promise<this> {
    await this.must("POST", "/session/confirm", { password: secret });
    return this;
  }

  project(name: string, more: object = {}): Promise<Project> {
    return this.post<Project>("/projects", { name, ...more });
  }
}
