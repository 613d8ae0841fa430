import type { RouteConfig, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Maybe } from "../maybe.ts";
import type { Caller } from "../unit.ts";
import { checkText, type Hold, readJsonBody } from "./body.ts";
import { readContent } from "./content.ts";
import { Problem } from "./problem.ts";
import { limits } from "./schema.ts";
import { arriving } from "./streaming.ts";
import { invalidRequest } from "./validation.ts";

type Parts = { params?: unknown; query?: unknown };

/** URLs whose parsed parts are kept, and how long such a URL may be: clients ask for the same few again and again. */
const mostUrls = 2_000;
const longestUrl = 500;

type BodyContent = Record<string, { schema: z.ZodType; "x-streamed"?: boolean } | undefined>;

function contentOf(request: RouteConfig["request"]): BodyContent | undefined {
  return request?.body?.content as BodyContent | undefined;
}

/** Whether the body of a request is handed on while it arrives. */
export function takesStream(request: RouteConfig["request"]): boolean {
  return contentOf(request)?.["*/*"]?.["x-streamed"] === true;
}

/**
 * Makes the function that parses the requests of a route: path, query and headers at once, a body when it has arrived.
 *
 * @param request the schemas of its contract
 * @param hold told of what is kept of bodies
 * @param isPublic whether anybody may send them
 */
export function compileParser<I>(
  request: RouteConfig["request"],
  hold: (request: Request, bytes: number, caller: Caller) => void,
  isPublic: boolean,
): (c: Context, caller: Caller) => Maybe<I> {
  const { params, query, headers } = (request ?? {}) as Record<string, z.ZodType | undefined>;
  const content = contentOf(request);
  const bodySchema = content?.["application/json"]?.schema;
  const isStreamed = takesStream(request);
  const takesBytes = content?.["*/*"] !== undefined;
  const headerNames = headers ? Object.keys((headers as z.ZodObject).shape) : [];
  const known = new Map<string, Parts>();

  /** The parts of a URL. The same URL gives the same objects, so that what follows from them can be kept beside. */
  function parseUrl(c: Context): Parts {
    const { url } = c.req;
    const earlier = known.get(url);
    if (earlier) return earlier;
    checkPath(url);
    const parts = {
      params: params && check(params, c.req.param(), "path"),
      query: check(query, readQuery(url), "query"),
    };
    if (url.length > longestUrl) return parts;
    if (known.size >= mostUrls) known.delete(known.keys().next().value ?? "");
    known.set(url, parts);
    return parts;
  }

  return function parseRequest(c, caller) {
    const { params, query } = parseUrl(c);
    const read = headers && check(headers, readHeaders(c, headerNames), "header");
    const holdOwn: Hold = (raw, bytes) => hold(raw, bytes, caller);
    const withBody = (body: unknown) => ({ params, query, headers: read, body, caller }) as I;
    if (isStreamed) return withBody(arriving(c));
    if (takesBytes) return readContent(c.req.raw, limits.documentBytes, holdOwn).then(withBody);
    if (!bodySchema) return withBody(undefined);
    const most = isPublic ? limits.publicBodyBytes : limits.bodyBytes;
    return readJsonBody(c.req.raw, holdOwn, most).then((body) => withBody(check(bodySchema, body, "")));
  };
}

function check(schema: z.ZodType | undefined, value: unknown, root: string): unknown {
  if (!schema) {
    const [name] = Object.keys(value as object);
    if (name === undefined) return undefined;
    throw new Problem("invalid_request", `"query.${name}" is not a known parameter; this route takes none.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues, root);
}

function checkPath(url: string): void {
  if (!url.includes("%")) return;
  try {
    checkText(decodeURIComponent(new URL(url).pathname), "path");
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      "invalid_request",
      "The path has a percent sign that no two hexadecimal digits of UTF-8 follow.",
    );
  }
}

/** The query as an object: a parameter that is given twice becomes a list, which only repeatable ones accept. */
function readQuery(url: string): Record<string, string | string[]> {
  const at = url.indexOf("?");
  const query: Record<string, string | string[]> = Object.create(null);
  if (at === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    checkText(value, `query.${name}`);
    if (name === "__proto__")
      throw new Problem("invalid_request", '"query.__proto__" is not a known parameter.');
    const earlier = query[name];
    query[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return query;
}

function readHeaders(c: Context, names: string[]): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const name of names) headers[name] = c.req.header(name);
  return headers;
}
