import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { MethodDefinition } from "@grpc/grpc-js/build/src/make-client.js";

/** How a generated message is read and written. */
type Codec<T> = {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  // biome-ignore lint/suspicious/noExplicitAny: the generated parameter type is a mapped type of T that only T's own codec knows
  fromPartial(object: any): T;
};
type Method<Request = unknown, Response = unknown> = {
  readonly name: string;
  readonly requestType: Codec<Request>;
  readonly responseType: Codec<Response>;
  readonly responseStream: boolean;
};

/** A service as the generator describes it. */
export type ServiceDefinition = {
  readonly fullName: string;
  // biome-ignore lint/suspicious/noExplicitAny: stands for methods of every request and response type
  readonly methods: Readonly<Record<string, Method<any, any>>>;
};

/** A message of which anything may be left out. */
export type Partially<T> = T extends bigint | Uint8Array | Date | string | number | boolean | undefined
  ? T
  : T extends readonly (infer E)[]
    ? readonly Partially<E>[]
    : { readonly [K in keyof T]?: Partially<T[K]> | undefined };
type Decoded<C> = C extends { decode(bytes: Uint8Array): infer T } ? T : never;

/** What the handler of a stream writes to; the stream stays open until the client or the process ends it. */
export type Stream<T> = { write(message: Partially<T>): void };

/** The functions that answer a service's calls; what they leave out of a message has its default. */
export type Handlers<D extends ServiceDefinition> = {
  readonly [K in keyof D["methods"]]: D["methods"][K]["responseStream"] extends true
    ? (
        request: Decoded<D["methods"][K]["requestType"]>,
        stream: Stream<Decoded<D["methods"][K]["responseType"]>>,
      ) => void
    : (
        request: Decoded<D["methods"][K]["requestType"]>,
        signal: AbortSignal,
      ) => Answer<Decoded<D["methods"][K]["responseType"]>>;
};
type Answer<T> = Partially<T> | Promise<Partially<T>>;

/** A service with its handlers, in the form that the gRPC server takes. */
export type Service = {
  readonly definition: Record<string, MethodDefinition<unknown, unknown>>;
  readonly handlers: UntypedServiceImplementation;
  /** Tidies up when the client asks the process to end, which waits for it. */
  readonly end?: () => Promise<void>;
};

/** Joins a generated service and the functions that answer it. */
export function service<D extends ServiceDefinition>(definition: D, handlers: Handlers<D>): Service {
  const joined: Service = { definition: {}, handlers: {} };
  for (const [key, method] of Object.entries(definition.methods)) {
    const { requestType, responseType, responseStream } = method;
    joined.definition[key] = {
      path: `/${definition.fullName}/${method.name}`,
      requestStream: false,
      responseStream,
      requestSerialize: (message) => Buffer.from(requestType.encode(message).finish()),
      requestDeserialize: (bytes) => requestType.decode(bytes),
      responseSerialize: (message) =>
        Buffer.from(responseType.encode(responseType.fromPartial(message)).finish()),
      responseDeserialize: (bytes) => responseType.decode(bytes),
    };
    const handler = handlers[key] as (request: unknown, context: unknown) => unknown;
    joined.handlers[key] = responseStream ? streaming(handler) : unary(handler);
  }
  return joined;
}

function unary(
  handler: (request: unknown, signal: AbortSignal) => unknown,
): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    const controller = new AbortController();
    call.on("cancelled", () => controller.abort());
    const answer = async () => handler(call.request, controller.signal);
    answer().then(
      (response) => callback(null, response),
      (error: Error) => callback({ code: INTERNAL, details: error.message }),
    );
  };
}

function streaming(
  handler: (request: unknown, stream: Stream<unknown>) => unknown,
): handleServerStreamingCall<unknown, unknown> {
  return (call) => {
    handler(call.request, { write: (message) => call.write(message) });
  };
}

// The one status code needed; importing grpc-js's table of them would load all of its client.
const INTERNAL = 13;
