import type { Plugin } from "esbuild";

/**
 * For bundles that serve gRPC to the program that started them. grpc-js loads its whole client for a server too: to
 * describe its diagnostic services, which a plugin does not offer. Without it the bundle is half as large, and loaded
 * sooner. What is left out throws if it is used after all. Messages could be compressed, but those of Terraform and of
 * our shim never are: zlib is loaded with the first that is.
 */
export const grpcServerOnly: Plugin = {
  name: "grpc-server-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(\.\/make-client|@grpc\/proto-loader)$/ }, () => ({
      path: "none",
      namespace: "none",
    }));
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
    onResolve({ filter: /^zlib$/ }, () => ({ path: "zlib", namespace: "lazy" }));
    onLoad({ filter: /.*/, namespace: "lazy" }, () => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require("node:zlib")[name] });`,
    }));
  },
};
