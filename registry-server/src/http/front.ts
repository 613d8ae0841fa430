/** Where the server can be reached: the port of the registry, with or without TLS, and that of the metrics. */
import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { limitConnections } from "../limits/connections.ts";
import type { Gate } from "../limits/gate.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { metricsListener } from "../metrics/routes.ts";
import { drain, listen, listenerFor } from "./listener.ts";
import type { Fetch } from "./loopback.ts";
import { followCertificate, readCertificate } from "./tls.ts";

export type Front = {
  url: string;
  /** Where the metrics are told to whoever asks, when that is wanted. */
  metricsUrl: string | undefined;
  /** Takes no new connections, and lets requests under way end, for at most ten seconds. */
  close(): Promise<void>;
};

type FrontNeeds = { log: Logger; gate: Gate; metrics: Metrics };

/**
 * Listens.
 *
 * @throws StartError when an address cannot be had, or the certificate not be used
 */
export async function openFront(config: Config, fetch: Fetch, needs: FrontNeeds): Promise<Front> {
  const { log, gate, metrics } = needs;
  const { requestTimeout, tlsCert, tlsKey } = config;
  const files = tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : undefined;
  const certificate = files && (await readCertificate(files));
  const mayBeSecure = certificate !== undefined || config.trustedProxies.length > 0;
  const isSecure = mayBeSecure ? gate.cameSecurely.bind(gate) : undefined;
  const server = listenerFor(fetch, { requestTimeout, certificate, isSecure });
  const connections = limitConnections(server, config.maxConnections, (address) => gate.isProxy(address));
  const url = await listen(server, config.listen);
  // Such as too many open files: without a listener it would end the process.
  server.on("error", (error) => log.warn({ reason: error.message }, "a connection could not be taken"));
  const shown = files && certificate && followCertificate(server as SecureServer, files, certificate, log);
  metrics.gauge("waybill_connections", "Open connections", () => [{ value: connections.open }]);
  metrics.counter(
    "waybill_connections_refused_total",
    "Connections closed because there were too many",
    () => [{ value: connections.refused }],
  );
  if (shown) {
    metrics.gauge("waybill_tls_certificate_expires_timestamp_seconds", "When the certificate expires", () => [
      { value: shown.expiresAt.getTime() / 1000 },
    ]);
  }
  const metricsServer = config.metricsListen && metricsListener(metrics);
  const close = async (...servers: (Server | undefined)[]) => {
    shown?.stop();
    await Promise.all(servers.map((one) => one && drain(one)));
  };
  try {
    const metricsUrl =
      metricsServer && config.metricsListen && (await listen(metricsServer, config.metricsListen));
    return { url, metricsUrl, close: () => close(server, metricsServer) };
  } catch (error) {
    await close(server);
    throw error;
  }
}
