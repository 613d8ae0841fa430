/** The least that a server can do for followers: what is sent to it goes to all who have asked. Kept nowhere. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const followers = new Set<ServerResponse>();
const server = createServer(async (request, response) => {
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(": following\n\n");
    followers.add(response);
    return;
  }
  let text = "";
  for await (const chunk of request) text += chunk;
  const event = `data: ${JSON.stringify({ text })}\n\n`;
  for (const follower of followers) follower.write(event);
  response.end();
});
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
