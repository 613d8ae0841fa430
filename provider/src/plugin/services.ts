import { HealthCheckResponse_ServingStatus, HealthDefinition } from "../generated/goplugin/health.ts";
import { GRPCControllerDefinition, GRPCStdioDefinition } from "../generated/goplugin/plugin.ts";
import { type Service, service } from "./methods.ts";

/**
 * The services that a client of any plugin expects beside the plugin's own.
 *
 * @param shutdown called once when the client asks the process to end, which has its answer when this is done
 * @param connected called when the client has opened what it keeps open for as long as it needs the process
 */
export function pluginServices(shutdown: () => Promise<void>, connected: () => void): readonly Service[] {
  const health = { status: HealthCheckResponse_ServingStatus.SERVING };
  return [
    service(GRPCControllerDefinition, {
      shutdown: async () => {
        await shutdown();
        return {};
      },
    }),
    // The client keeps this stream open and takes its end for the end of the process. Nothing is sent: what the
    // process prints reaches the client through stderr.
    service(GRPCStdioDefinition, { streamStdio: connected }),
    service(HealthDefinition, { check: () => health }),
  ];
}
