/** Where the API is: the zone's own endpoint, unless another is given. */

import { urlOf } from "../config-scalars.ts";

export type Endpoint = { readonly endpoint: string; readonly warning?: string };

/** `given` is `EXOSCALE_API_ENDPOINT` or the exoip face's `-xe`. */
export function apiEndpoint(zone: string, given: string | undefined): Endpoint {
  const ofZone = `https://api-${zone}.exoscale.com/v2`;
  const instead = (what: string): Endpoint => ({
    endpoint: ofZone,
    warning: `${what}; using ${ofZone} instead`,
  });
  if (!given) return { endpoint: ofZone };
  const url = urlOf(given);
  if (url === undefined) return instead("EXOSCALE_API_ENDPOINT is no URL");
  // What a URL may hold besides, such as a password, is neither used nor shown.
  const { origin, host, pathname } = url;
  const path = pathname.replace(/\/+$/, "");
  // The v1 API, which exoip speaks, is another protocol: its endpoint is never called.
  if (/\/(v1|compute)$/.test(path) || /^api\.exoscale\.(ch|com)$/.test(host))
    return instead(`${origin}${path} belongs to the retired v1 API`);
  return { endpoint: `${origin}${path || "/v2"}` };
}
