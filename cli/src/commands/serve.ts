export async function serve(argv: string[]): Promise<number> {
  const { serve: run } = await import("@waybill/registry-server");
  return run(argv);
}
