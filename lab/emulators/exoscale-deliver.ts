/** Answers on the wire, broken where the model says so. */
import type { ServerResponse } from "node:http";
import type { Answer } from "../model/exoscale/request.ts";

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

export function deliver(response: ServerResponse, { dateMs, delivery }: Answer): void {
  response.sendDate = false;
  response.setHeader("date", new Date(dateMs).toUTCString());
  switch (delivery.kind) {
    case "unreachable":
      response.destroy();
      return;
    case "malformed":
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"instances": [{"id": ');
      return;
    case "cut": {
      const body = JSON.stringify(delivery.body);
      response.writeHead(delivery.status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      });
      response.write(body.slice(0, body.length / 2), () => response.destroy());
      return;
    }
    case "answer":
      if (delivery.retryAfterS !== undefined)
        response.setHeader("retry-after", String(delivery.retryAfterS));
      sendJson(response, delivery.status, delivery.body);
  }
}
