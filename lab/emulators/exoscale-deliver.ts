/** Answers on the wire, broken where the model says so. */
import type { ServerResponse } from "node:http";
import type { Answer } from "../model/exoscale/request.ts";
import type { Sent } from "./exoscale.ts";

const contentType = "application/json";

export function sendJson(response: ServerResponse, status: number, content: unknown): Sent {
  const body = JSON.stringify(content);
  response.writeHead(status, { "content-type": contentType });
  response.end(body);
  return { status, contentType, body };
}

/** Gives what was sent, if it was sent whole. */
export function deliver(response: ServerResponse, { dateMs, delivery }: Answer): Sent | undefined {
  response.sendDate = false;
  response.setHeader("date", new Date(dateMs).toUTCString());
  switch (delivery.kind) {
    case "unreachable":
      response.destroy();
      return undefined;
    case "malformed":
      response.writeHead(200, { "content-type": contentType });
      response.end('{"instances": [{"id": ');
      return undefined;
    case "cut": {
      const body = JSON.stringify(delivery.body);
      response.writeHead(delivery.status, {
        "content-type": contentType,
        "content-length": Buffer.byteLength(body),
      });
      response.write(body.slice(0, body.length / 2), () => response.destroy());
      return undefined;
    }
    case "answer":
      if (delivery.retryAfterS !== undefined)
        response.setHeader("retry-after", String(delivery.retryAfterS));
      return sendJson(response, delivery.status, delivery.body);
  }
}
