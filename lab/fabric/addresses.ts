/** The fabric's own addresses, from the ranges that are set apart for documents (RFC 5737). */

/** Hosts have their public addresses here. */
export const subnet = { network: "198.51.100.0", mask: "255.255.255.0", bits: 24 } as const;

/** Default gateway of all hosts, their resolver, and where they reach the cloud's API. */
export const gateway = "198.51.100.1";

/** One address for all ports: a host has one port for its whole life. */
export const gatewayMac = "0a:58:c6:33:64:01";

export const metadataAddress = "169.254.169.254";

/** Where hosts find the web servers that are no part of the cloud. */
export const webAddress = "198.51.100.2";

export const tlsPort = 443;

/** Where people are: the measuring client's network. */
export const world = { gateway: "192.0.2.1", client: "192.0.2.10", bits: 24 } as const;
