// The server under test: its addresses, its API as a program sees it, and the operator's command line.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { promisify } from "node:util";

/** The shared host, where nobody's organization lives yet. `playwright.config.ts` refuses to start without it. */
export const sharedOrigin = new URL(process.env.PORTICO_BASE_URL ?? "http://localhost").origin;

/** Where an organization lives. */
export function originOf(slug: string): string {
  const { protocol, host } = new URL(sharedOrigin);
  return `${protocol}//${slug}.${host}`;
}

/** What the API has answered. `body` is read where there is one. */
export interface Answer<T = unknown> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: T;
}

export interface Call {
  method?: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * Calls the API at a host. Not by `fetch`: names below `localhost` are known to browsers but not to every system's
 * resolver, and `fetch` lets nobody set `Host`.
 */
export function call<T = unknown>(origin: string, path: string, options: Call = {}): Promise<Answer<T>> {
  const { host, port } = new URL(origin);
  // From a network of its own, like each journey's browser: what is guessed elsewhere makes nobody wait here.
  const [one, two] = randomBytes(2);
  const from = { "x-forwarded-for": `10.${one}.${two}.9` };
  const headers: Record<string, string> = { host, accept: "application/json", ...from, ...options.headers };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  if (options.body !== undefined) headers["content-type"] = "application/json";
  return new Promise((resolve, reject) => {
    const method = options.method ?? (options.body === undefined ? "GET" : "POST");
    const outgoing = request({ host: "127.0.0.1", port, path: `/api/v1${path}`, method, headers }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const body = (text === "" ? undefined : JSON.parse(text)) as T;
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

/** Runs one of the server's own commands, as an operator would. */
export async function portico(words: string[], environment: Record<string, string> = {}): Promise<string> {
  const program = process.env.PORTICO_PROGRAM;
  if (!program) throw new Error("PORTICO_PROGRAM is not set: run the journeys with `cargo xtask test e2e`");
  const { stdout } = await promisify(execFile)(program, words, { env: { ...process.env, ...environment } });
  return stdout;
}
