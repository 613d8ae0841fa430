import type * as grpc from "@grpc/grpc-js";
import { Server, ServerCredentials, status, type UntypedHandleCall } from "@grpc/grpc-js";
import { ReferenceError_, RegistryError, SettingsError } from "@waybill/registry-client";
import { PluginService } from "./generated/plugin.ts";
import type { PublishEvent, PublishRequest, ReadRequest, ReadResponse } from "./messages.ts";
import { Output } from "./publishing/output.ts";
import { publish } from "./publishing/publish.ts";
import { NothingToReport } from "./publishing/report.ts";
import { Telling } from "./publishing/telling.ts";
import { read } from "./reading/read.ts";

const MAX_MESSAGE = 64 * 1024 * 1024;

/** A running service; `end` puts aside what is being published and stops it. */
export type Service = { end(): Promise<void> };

/** Serves proto/waybill/plugin/v1 on a unix socket, for the one shim that knows its path. */
export async function serve(socketPath: string, env: NodeJS.ProcessEnv): Promise<Service> {
  const interruption = new AbortController();
  const publishing = new Set<Promise<void>>();
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  server.addService(PluginService, handlers(env, interruption, publishing));
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return {
    async end() {
      interruption.abort();
      await Promise.all(publishing);
      server.forceShutdown();
    },
  };
}

function handlers(
  env: NodeJS.ProcessEnv,
  interruption: AbortController,
  publishing: Set<Promise<void>>,
): Record<string, UntypedHandleCall> {
  async function handlePublish(call: grpc.ServerWritableStream<PublishRequest, PublishEvent>): Promise<void> {
    const telling = new Telling(call.request.roll_call, env);
    const output = new Output((event) => {
      telling.see(event);
      call.write(event);
    });
    let failure: string | undefined;
    await telling.start();
    try {
      failure = await publish(call.request, output, env, interruption.signal);
    } catch (error) {
      failure = sentence(error);
    }
    await telling.end(failure);
    call.write({ outcome: { failure: failure ?? "" } });
    call.end();
  }

  function handleInterrupt(_call: unknown, callback: grpc.sendUnaryData<object>): void {
    interruption.abort();
    callback(null, {});
  }

  async function handleRead(
    { request }: grpc.ServerUnaryCall<ReadRequest, ReadResponse>,
    callback: grpc.sendUnaryData<ReadResponse>,
  ): Promise<void> {
    try {
      callback(null, await read(request, env));
    } catch (error) {
      callback({ code: status.FAILED_PRECONDITION, details: sentence(error) });
    }
  }

  function followPublish(call: grpc.ServerWritableStream<PublishRequest, PublishEvent>): void {
    const running = handlePublish(call).finally(() => publishing.delete(running));
    publishing.add(running);
  }

  return {
    publish: followPublish as UntypedHandleCall,
    interrupt: handleInterrupt as UntypedHandleCall,
    read: handleRead as UntypedHandleCall,
  };
}

/** These are written for users; of anything else the log gets the stack. */
const EXPECTED = [RegistryError, SettingsError, ReferenceError_, NothingToReport];

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!EXPECTED.some((kind) => error instanceof kind)) console.error(error.stack);
  return error.message;
}
