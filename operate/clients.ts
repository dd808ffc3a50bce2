/** The clients of a command: one asks through each address, and what each of them saw. */

import { WorldFailure } from "../stack/failure.ts";
import type { Stack } from "../stack/stack.ts";
import type { CloudAddress } from "./cloud.ts";
import { isCalm, type Outage, startTraffic, type Traffic, urlOf } from "./traffic.ts";
import { until } from "./wait.ts";

/** By the address's name in the stack file. */
export type Clients = ReadonlyMap<string, Traffic>;

const servedForMs = 1500;

/**
 * Clients that are answered already.
 * @param wished a URL for one client alone; false measures nothing
 * @param otherwise what the command offers where nobody answers
 * @returns none for an address that is not asked by HTTP
 * @throws WorldFailure where nobody answers before anything is touched
 */
export async function beginClients(
  stack: Stack,
  addresses: readonly CloudAddress[],
  wished: string | false | undefined,
  otherwise = "--no-measure goes on without a client",
): Promise<Clients> {
  const urls = [...urlsOf(stack, addresses, wished)];
  const clients = new Map<string, Traffic>();
  try {
    for (const [name, url] of urls) clients.set(name, await startTraffic(url));
    await Promise.all(urls.map(([name, url]) => mustAnswer(url, clients.get(name), otherwise)));
    return clients;
  } catch (error) {
    await stopClients(clients);
    throw error;
  }
}

async function mustAnswer(
  url: string,
  traffic: Traffic | undefined,
  otherwise: string,
): Promise<void> {
  const isServed = () => (traffic && isCalm(traffic.samples(), 500)) || undefined;
  if (await until(isServed, 5000, 100)) return;
  // A URL may hold a password, and a token behind its path.
  const { origin, pathname } = new URL(url);
  throw new WorldFailure(
    `${origin}${pathname} does not answer from here`,
    `nothing was touched; \`npx baton status\` tells more, and ${otherwise}`,
  );
}

/** What is asked, by the name of the address that leads there. */
function urlsOf(
  { services }: Stack,
  addresses: readonly CloudAddress[],
  wished: string | false | undefined,
): ReadonlyMap<string, string> {
  if (wished === false) return new Map();
  if (wished === undefined)
    return new Map(
      addresses.flatMap((one): [string, string][] => {
        const url = urlOf(services, one);
        return url === undefined ? [] : [[one.name, url]];
      }),
    );
  // A name says nothing of the address behind it: then it is the first one's.
  const host = URL.canParse(wished) ? new URL(wished).hostname.replace(/^\[|\]$/g, "") : "";
  const meant = addresses.find(({ ip }) => ip === host) ?? addresses[0];
  return new Map(meant === undefined ? [] : [[meant.name, wished]]);
}

/** Waits until everything is answered again; gives what each client saw in all. */
export async function endClients(clients: Clients): Promise<ReadonlyMap<string, Outage>> {
  await calm(clients, servedForMs, 20_000);
  await stopClients(clients);
  return new Map([...clients].map(([name, traffic]) => [name, traffic.outage()]));
}

/** Waits until everything was answered for a while, but no longer than the limit. */
export async function calm(clients: Clients, forMs: number, limitMs: number): Promise<void> {
  const all = [...clients.values()];
  await until(() => all.every((one) => isCalm(one.samples(), forMs)) || undefined, limitMs, 100);
}

/** Ends them, at once; once more does nothing. */
export const stopClients = async (clients: Clients): Promise<void> =>
  void (await Promise.all([...clients.values()].map((one) => one.stop())));
