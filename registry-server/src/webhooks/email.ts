import { createTransport } from "nodemailer";
import type { EventRow } from "../events/reading.ts";
import { type Outbound, OutboundError } from "../outbound/fetch.ts";
import { sentence, shownMoment, tell } from "./text.ts";

export type Email = { to: string[]; subject: string; text: string; id: string };
/** Sends e-mail. @returns what the server answers @throws Error with a sentence that may be shown */
export type Mailer = (email: Email, timeoutMs: number, signal?: AbortSignal) => Promise<string>;

/**
 * Sends e-mail by SMTP, through the same check of addresses as everything that the registry sends.
 *
 * @param url `smtp://user:password@host:587` or `smtps://...`; a password goes only over TLS
 */
export function createMailer({
  url,
  from,
  outbound,
}: {
  url: string;
  from: string;
  outbound: Outbound;
}): Mailer {
  const { protocol, hostname, port: given, username, password } = new URL(url);
  const isSecure = protocol === "smtps:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const port = given === "" ? (isSecure ? 465 : 587) : Number(given);
  const hasLogin = username !== "";
  const auth = hasLogin && { user: decodeURIComponent(username), pass: decodeURIComponent(password) };

  return async function send({ to, subject, text, id }, timeoutMs, signal) {
    const connection = await outbound.connect({ host, port, timeoutMs });
    const stop = () => connection.destroy();
    signal?.addEventListener("abort", stop);
    const times = { greetingTimeout: timeoutMs, socketTimeout: timeoutMs, dnsTimeout: timeoutMs };
    const security = { secure: isSecure, requireTLS: hasLogin && !isSecure };
    const transport = createTransport({
      host,
      port,
      connection,
      ...security,
      ...(auth && { auth }),
      ...times,
    });
    const messageId = `<${id}@${from.replace(/^.*@|>.*$/g, "")}>`;
    // Nobody's out-of-office notice answers it.
    const headers = { "Auto-Submitted": "auto-generated" };
    try {
      const { response } = await transport.sendMail({ from, to, subject, text, messageId, headers });
      return response;
    } catch (error) {
      // Answers of a server may repeat what was sent to log in.
      const { code = "ERROR", responseCode } = error as { code?: string; responseCode?: number };
      const answered = responseCode === undefined ? "" : ` It answered ${responseCode}.`;
      throw new OutboundError(
        "unreachable",
        `The mail server ${host} did not take the message (${code}).${answered}`,
      );
    } finally {
      signal?.removeEventListener("abort", stop);
      transport.close();
      connection.destroy();
    }
  };
}

/** The e-mail that tells of an event. */
export function toEmail(event: EventRow, webhook: string): Pick<Email, "subject" | "text"> {
  const told = tell(event);
  const facts: [string, string][] = [...told.facts, ["When", shownMoment(event.at)]];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  const title = sentence(told);
  const lines = facts.map(([name, value]) => `${`${name}:`.padEnd(width)}${value.replaceAll(/\s+/g, " ")}`);
  const footer = `The webhook "${webhook}" of Waybill sent this (${event.action}, event ${event.id}).\nAn administrator changes what it sends: waybill webhooks show ${webhook}`;
  return { subject: `[Waybill] ${title}`, text: `${title}.\n\n${lines.join("\n")}\n\n-- \n${footer}\n` };
}
