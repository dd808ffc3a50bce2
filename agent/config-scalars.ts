/** Rules for the texts that both the configuration file and the exoip face take. */
import { matching, type Rule, text } from "./config-rule.ts";
import { canonicalIp } from "./wire/ip.ts";

export const ip: Rule = text("an IP address", canonicalIp);

export const uuid: Rule = text("a UUID", (given) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given) ? given.toLowerCase() : "",
);

/** A key or secret: what fits into a header, so that no line end came along with it. */
export const secret: Rule = matching("printable text without spaces", /^[!-~]+$/);

export const line: Rule = matching("one line of text", /^\P{Cc}{1,255}$/u);

/** The address of a web server, as Node will read it. */
export const url: Rule = text("a URL", (given) => (urlOf(given) ? given : ""));

export function urlOf(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return /^https?:/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

export const listen: Rule = text("ADDRESS, :PORT or ADDRESS:PORT", (given) =>
  parseListen(given) ? given : "",
);

/** Both are said, so that the status is never open to the world by an oversight. */
export const statusListen: Rule = text("ADDRESS:PORT", (given) => {
  const { host, port } = parseListen(given) || {};
  return host && port ? given : "";
});

/** Where to listen; what is left out is every address, or the usual port. */
export type Listen = { readonly host: string | undefined; readonly port: number | undefined };

/** `HOST`, `HOST:PORT` or `:PORT`, with brackets around IPv6 and a port; undefined for others. */
export function parseListen(text: string): Listen | undefined {
  const [, before = text, digits] = /^([^:]*|\[.+\]):(\d{1,5})$/.exec(text) || [];
  const host = canonicalIp(before.replace(/^\[(.+)\]$/, "$1"));
  const port = digits ? Number(digits) : undefined;
  const isPort = port && port < 65536;
  return (host || !before) && (digits ? isPort : host) ? { host, port } : undefined;
}
