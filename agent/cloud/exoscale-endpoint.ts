/** Where the API is: the zone's own endpoint, unless another is given. */

export type Endpoint = { readonly endpoint: string; readonly warning?: string };

/** `given` is `EXOSCALE_API_ENDPOINT` or the exoip face's `-xe`; it must be a URL. */
export function apiEndpoint(zone: string, given: string | undefined): Endpoint {
  const ofZone = `https://api-${zone}.exoscale.com/v2`;
  if (!given) return { endpoint: ofZone };
  // The v1 API, which exoip speaks, is another protocol: its endpoint is never called.
  if (/\/(v1\/)?compute\/?$/.test(given))
    return {
      endpoint: ofZone,
      warning: `${given} belongs to the retired v1 API; using ${ofZone} instead`,
    };
  return { endpoint: given.replace(/\/$/, "") };
}
