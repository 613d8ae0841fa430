import { readdir } from "node:fs/promises";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { productVersion } from "../version.ts";
import type { Metrics } from "./metrics.ts";

const delayResolutionMs = 50;
const nanosecondsPerSecond = 1e9;

/**
 * Adds what every process has: time, memory, files, and how late its event loop is.
 *
 * @returns ends the measuring
 */
export function measureProcess(metrics: Metrics): () => void {
  const one = (value: number) => [{ value }];
  metrics.gauge("waybill_build_info", "The version that runs", () => [
    { labels: { version: productVersion, node: process.version }, value: 1 },
  ]);
  metrics.gauge("process_start_time_seconds", "When the process started, since 1970", () =>
    one(performance.timeOrigin / 1000),
  );
  metrics.counter("process_cpu_seconds_total", "Time of processors, in the process and for it", () =>
    one((process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  );
  metrics.gauge("process_resident_memory_bytes", "Memory", () => one(process.memoryUsage.rss()));
  metrics.gauge("nodejs_heap_size_used_bytes", "Memory of JavaScript objects", () =>
    one(process.memoryUsage().heapUsed),
  );
  metrics.gauge("process_open_fds", "Open files and connections; on Linux", async () =>
    one((await readdir("/proc/self/fd")).length),
  );
  metrics.counter("nodejs_eventloop_active_seconds_total", "Time in which the event loop had work", () =>
    one(performance.eventLoopUtilization().active / 1000),
  );
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  metrics.gauge(
    "nodejs_eventloop_delay_seconds",
    "How late the event loop was since the last reading",
    () => {
      const late = (ns: number) => Math.max(0, ns / nanosecondsPerSecond - delayResolutionMs / 1000) || 0;
      const quantiles = [0.5, 0.99].map((quantile) => ({
        labels: { quantile },
        value: late(delay.percentile(quantile * 100)),
      }));
      const max = { labels: { quantile: 1 }, value: late(delay.max) };
      delay.reset();
      return [...quantiles, max];
    },
  );
  return () => void delay.disable();
}
