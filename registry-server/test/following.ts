type Message = { id: string | undefined; data: string };

/** Reads the messages of a `text/event-stream` one by one, as a client would. */
export async function* messagesOf(response: Response): AsyncGenerator<Message> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n").filter((line) => !line.startsWith(":"));
      const field = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      if (field("data").length > 0) yield { id: field("id")[0], data: field("data").join("\n") };
    }
  }
}

/** The next messages, parsed; the stream is left afterwards. */
export async function take<T>(
  response: Response,
  count: number,
): Promise<{ id: string | undefined; data: T }[]> {
  const taken: { id: string | undefined; data: T }[] = [];
  for await (const { id, data } of messagesOf(response)) {
    taken.push({ id, data: JSON.parse(data) as T });
    if (taken.length === count) break;
  }
  return taken;
}
