import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll } from "vitest";

type Key = { private: CryptoKey; public: JWK };

/** An issuer of identity tokens as CI systems are one: OpenID Connect discovery and keys, over HTTP on loopback. */
export class Issuer {
  url = "";
  /** How often each path was asked for. */
  readonly asked: Record<string, number> = {};
  /** What discovery says; a test may change it. */
  discovery: Record<string, unknown> = {};
  /** The keys that it publishes; a test may change them. */
  published: JWK[] = [];
  /** Answers in place of all others while it is set. */
  failsWith: number | undefined;
  readonly #keys = new Map<string, Key>();
  readonly #server = createServer((request, response) => {
    const path = request.url ?? "";
    this.asked[path] = (this.asked[path] ?? 0) + 1;
    const bodies: Record<string, unknown> = {
      "/.well-known/openid-configuration": this.discovery,
      "/jwks": { keys: this.published },
    };
    response.writeHead(this.failsWith ?? (bodies[path] ? 200 : 404), { "Content-Type": "application/json" });
    response.end(JSON.stringify(bodies[path] ?? {}));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.discovery = { issuer: this.url, jwks_uri: `${this.url}/jwks` };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Makes a key; it is published unless told otherwise. */
  async addKey(kid: string, alg = "RS256", isPublished = true): Promise<JWK> {
    const pair = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig" };
    this.#keys.set(kid, { private: pair.privateKey, public: jwk });
    if (isPublished) this.published.push(jwk);
    return jwk;
  }

  /** Signs claims with one of its keys; what is undefined among them is left out. */
  async sign(claims: JWTPayload, now: Date, kid = "one"): Promise<string> {
    const key = this.#keys.get(kid);
    if (!key) throw new Error(`no key ${kid}`);
    const iat = Math.floor(now.getTime() / 1000);
    const payload = { iss: this.url, aud: "waybill", sub: "job", iat, exp: iat + 300, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: key.public.alg ?? "", kid }).sign(key.private);
  }
}

/** An issuer for the tests of one body, with the key `one`. */
export function useIssuer(): Issuer {
  const issuer = new Issuer();
  beforeAll(async () => {
    await issuer.start();
    await issuer.addKey("one");
  });
  afterAll(() => issuer.close());
  return issuer;
}

/** Claims as GitHub Actions, GitLab CI and CircleCI make them, shortened. */
export const claimsOf = {
  github: {
    sub: "repo:acme/web:ref:refs/heads/main",
    repository: "acme/web",
    repository_id: "74",
    repository_owner: "acme",
    repository_owner_id: "65",
    ref: "refs/heads/main",
    ref_type: "branch",
    event_name: "push",
    environment: "production",
    job_workflow_ref: "acme/web/.github/workflows/image.yml@refs/heads/main",
    run_attempt: "2",
    actor: "octocat",
  },
  gitlab: {
    sub: "project_path:acme/infra/web:ref_type:branch:ref:main",
    project_path: "acme/infra/web",
    project_id: "20",
    namespace_path: "acme/infra",
    namespace_id: "72",
    ref: "main",
    ref_type: "branch",
    ref_protected: "true",
    pipeline_source: "push",
    user_access_level: "owner",
  },
  circleci: {
    sub: "org/8b1d/project/c3f2/user/77aa",
    aud: ["8b1d", "waybill"],
    "oidc.circleci.com/project-id": "c3f2",
    "oidc.circleci.com/context-ids": ["ctx-1", "ctx-2"],
    "oidc.circleci.com/ssh-rerun": false,
    "oidc.circleci.com/vcs-origin": "github.com/acme/web",
    "oidc.circleci.com/vcs-ref": "refs/heads/main",
  },
};
