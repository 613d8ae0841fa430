import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { Api, ami, type Page } from "../../test/api.ts";
import { forEachDatabase } from "../../test/databases.ts";
import { ManualJobs } from "../../test/manual-jobs.ts";
import { Receiver } from "../../test/receiver.ts";
import type { EventRow } from "../events/reading.ts";
import { type EventAction, eventActions } from "../events/store.ts";
import { createOutbound } from "../outbound/fetch.ts";
import { createMailer, toEmail } from "./email.ts";
import { queueName } from "./planning.ts";
import type { Delivery } from "./schema.ts";
import { toSlack } from "./slack.ts";
import { sentence, tell } from "./text.ts";

const event = (action: EventAction, change: Partial<EventRow> = {}): EventRow => ({
  id: 4711,
  at: "2026-01-31T12:00:00.000Z",
  actor: "ci-web",
  request_id: "r",
  action,
  artifact: "hashicorp/web",
  number: 12,
  fingerprint: "f",
  detail: {},
  cause_id: null,
  ...change,
});
const assigned = (version: number | null, from: number | null, kind: string, source?: string) =>
  event("channel.assigned", {
    detail: {
      before: { channel: "production", version: from },
      after: { channel: "production", version, kind, ...(source && { source }) },
      reason: "release 42",
    },
  });

describe("in words", () => {
  it.each<[string, EventRow]>([
    [
      "hashicorp/web 12 was published as 1.4.0",
      event("version.completed", { detail: { after: { semver: "1.4.0" } } }),
    ],
    ["hashicorp/web 12 was published", event("version.completed", { detail: { after: { semver: null } } })],
    ["hashicorp/web, channel production: points at version 12 now (its first)", assigned(12, null, "assign")],
    [
      "hashicorp/web, channel production: points at version 12 now (it was version 11)",
      assigned(12, 11, "assign"),
    ],
    [
      "hashicorp/web, channel production: got version 12 from staging (it was version 11)",
      assigned(12, 11, "promote", "staging"),
    ],
    [
      "hashicorp/web, channel production: was rolled back from version 12 to version 11",
      assigned(11, 12, "rollback"),
    ],
    [
      "hashicorp/web, channel production: went back to version 11, because version 12 was revoked",
      assigned(11, 12, "revocation"),
    ],
    [
      "hashicorp/web, channel production: points nowhere any more (it was version 12)",
      assigned(null, 12, "assign"),
    ],
    ["hashicorp/web 12 is revoked: do not use it any more", event("revocation.effective")],
    [
      "hashicorp/web 12 will be revoked on 2026-03-01 00:00 UTC",
      event("revocation.set", { detail: { after: { effective_at: "2026-03-01T00:00:00.000Z" } } }),
    ],
    ["hashicorp/web (f): version opened", event("version.opened", { number: null })],
    [
      "ci-web: token created",
      event("token.created", {
        artifact: null,
        number: null,
        fingerprint: null,
        detail: { after: { name: "ci-web" } },
      }),
    ],
  ])("%s", (words, told) => {
    expect(sentence(tell(told))).toBe(words);
  });

  it("an e-mail has what happened, why, who did it and when, and where it comes from", () => {
    const cause = { revoked_by: { artifact: "base/ubuntu", number: 3 } };
    const inherited = event("revocation.effective", {
      actor: "server",
      detail: { after: cause, reason: "CVE-2026-1:\nopenssl" },
    });
    expect(toEmail(inherited, "team")).toEqual({
      subject: "[Waybill] hashicorp/web 12 is revoked: do not use it any more",
      text: `hashicorp/web 12 is revoked: do not use it any more.

Reason:     CVE-2026-1: openssl
Because of: base/ubuntu 3
By:         the registry itself
When:       2026-01-31 12:00 UTC

-- 
The webhook "team" of Waybill sent this (revocation.effective, event 4711).
An administrator changes what it sends: waybill webhooks show team
`,
    });
  });

  it("whatever an event says, Slack gets what it takes, and nothing in it is a command", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 2_000 });
    const details = fc.record({
      reason: text,
      after: fc.dictionary(fc.constantFrom("name", "channel", "kind"), text),
    });
    fc.assert(
      fc.property(fc.constantFrom(...eventActions), details, (action, detail) => {
        const { text: headline, blocks } = toSlack(event(action, { detail }));
        expect(headline).not.toMatch(/[<>\n]|&(?!amp;|lt;|gt;)/);
        const [section, context] = blocks;
        const shown = section?.text?.text ?? "";
        expect(shown).not.toMatch(/[<>]/);
        expect(shown.length).toBeLessThanOrEqual(3_000);
        expect(context?.elements?.[0]?.text).toContain("2026-01-31 12:00 UTC");
      }),
    );
  });
});

type Mail = { from: string; to: string[]; text: string; login: string | undefined };

/** Somebody else's mail server on this machine. */
async function mailServer(
  options: SMTPServerOptions = {},
): Promise<{ port: number; mails: Mail[]; logins: number }> {
  const seen = { port: 0, mails: [] as Mail[], logins: 0 };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth({ username, password }, _session, callback) {
      seen.logins++;
      callback(password === "right" ? null : new Error("wrong"), { user: username });
    },
    async onData(stream, { envelope, user }, callback) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
      const to = envelope.rcptTo.map(({ address }) => address);
      const text = Buffer.concat(chunks).toString().replaceAll("\r\n", "\n");
      seen.mails.push({ from, to, text, login: user });
      callback();
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  seen.port = (server.server.address() as AddressInfo).port;
  return seen;
}

const outbound = createOutbound({ allowedNetworks: ["127.0.0.0/8"] });
const from = "waybill@example.com";
const message = { to: ["team@example.com"], subject: "s", text: "t", id: "msg_1" };

describe("e-mail", () => {
  it("with a password goes only over TLS: neither to a server without it nor to one whose certificate nobody vouches for", async () => {
    for (const options of [{}, { disabledCommands: [] }]) {
      const server = await mailServer(options);
      const send = createMailer({ url: `smtp://me:secret-1@127.0.0.1:${server.port}`, from, outbound });
      const failure = await send(message, 10_000).catch((error: Error) => error.message);
      expect(failure).toMatch(
        /^The mail server 127\.0\.0\.1 did not take the message \(E(TLS|SOCKET|CONNECTION)\)/,
      );
      expect(failure).not.toContain("secret-1");
      expect([server.mails, server.logins]).toEqual([[], 0]);
    }
  });

  it("goes to no address that is not allowed, and says what a server refuses", async () => {
    const closed = createMailer({
      url: "smtp://127.0.0.1:1",
      from,
      outbound: createOutbound({ allowedNetworks: [] }),
    });
    await expect(closed(message, 10_000)).rejects.toThrow(/127\.0\.0\.1 is in a private/);
    const { port } = await mailServer({
      onRcptTo: (_to, _session, callback) => callback(new Error("unknown user")),
    });
    const send = createMailer({ url: `smtp://127.0.0.1:${port}`, from, outbound });
    await expect(send(message, 10_000)).rejects.toThrow(
      /did not take the message \(EENVELOPE\)\. It answered 550\./,
    );
  });
});

forEachDatabase((test) => {
  it("a publication reaches people in Slack and by e-mail", async () => {
    const { port, mails } = await mailServer();
    const jobs = new ManualJobs();
    const mail = createMailer({ url: `smtp://127.0.0.1:${port}`, from, outbound });
    const api = new Api(test.database, { jobs, mail });
    const slack = await Receiver.start();
    slack.always(200, {}, "ok");
    const artifacts = ["formats/web"];
    const url = `${slack.url}/services/T0/B0/secret`;
    const created = await api.send("POST", "/v1/webhooks", { name: "chat", format: "slack", url, artifacts });
    expect(created.body).toMatchObject({ secret: null, url: `${slack.url}/...` });
    const recipients = ["web-team@example.com", "ops@example.com"];
    await api.send("POST", "/v1/webhooks", { name: "mail", format: "email", recipients, artifacts });
    await api.publish("formats/web", {
      fingerprint: "f",
      semver: "1.4.0",
      builds: [{ name: "a", ...ami("ami-1") }],
    });
    await jobs.run(queueName);
    expect(slack.received).toHaveLength(1);
    expect(JSON.parse(slack.received[0]?.body ?? "")).toMatchObject({
      text: "formats/web 1 was published as 1.4.0",
    });
    expect(slack.received[0]?.headers).not.toHaveProperty("webhook-signature");
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({ from, to: recipients });
    expect(mails[0]?.text).toContain("\nSubject: [Waybill] formats/web 1 was published as 1.4.0\n");
    expect(mails[0]?.text).toMatch(/\nMessage-ID: <msg_[0-9a-f]{32}@example\.com>\n/);
    expect(mails[0]?.text).toContain("Auto-Submitted: auto-generated\n");
    for (const name of ["chat", "mail"]) {
      const { items } = (await api.get<Page<Delivery>>(`/v1/webhooks/${name}/deliveries`)).body;
      expect(items).toMatchObject([{ state: "delivered", attempts: [{ error: null }] }]);
    }
  });

  it.each([
    [{ format: "email", recipients: [] }, /"recipients" must have at least one address/],
    [{ format: "email", recipients: ["nobody"] }, /"recipients\[0\]" must be an e-mail address/],
    [{ format: "email", recipients: ["a@example.com"] }, /no.* e-mail|cannot send e-mail/],
    [{ format: "slack" }, /"url" is missing/],
    [{ url: "ftp://example.com/" }, /"url" must be an http or https URL/],
    [{ url: "https://user:pw@example.com/" }, /"url" must be an http or https URL without a user/],
    [
      { url: "https://example.com", recipients: ["a@example.com"] },
      /"recipients" are only for the format email/,
    ],
    [{ url: "https://example.com", events: ["version.broken"] }, /"events\[0\]" must be "\*", an action/],
    [{ url: "https://example.com", events: [] }, /"events" must name at least one/],
    [{ url: "https://example.com", artifacts: ["UPPER"] }, /"artifacts\[0\]" must be "\*", a namespace/],
  ])("a webhook of %j is refused with what is wrong", async (body, message) => {
    const reply = await new Api(test.database).send("POST", "/v1/webhooks", { name: "wrong", ...body });
    expect([reply.status, reply.body.detail]).toEqual([400, expect.stringMatching(message)]);
  });
});
