/** The agent for Exoscale: the entry of its bundle. */
import { createExoscale } from "./cloud/exoscale.ts";
import { apiEndpoint } from "./cloud/exoscale-endpoint.ts";
import { ownInstance } from "./cloud/exoscale-metadata.ts";
import { systemTrust } from "./cloud/trust.ts";
import { monotonicMs as nowMs, wallMs } from "./host/clock.ts";
import { main } from "./main.ts";

void main({
  ownInstance: (timeoutMs) => ownInstance(nowMs, timeoutMs),
  connect(config, zone, { cloud: { key = "", secret = "" } }, warn) {
    const given = config.cloud.provider === "exoscale" ? config.cloud.endpoint : undefined;
    const { endpoint, warning } = apiEndpoint(zone, given ?? process.env.EXOSCALE_API_ENDPOINT);
    if (warning !== undefined) warn(warning);
    const ca = systemTrust(process.env);
    return createExoscale({ endpoint, key, secret, nowMs, wallMs, ...(ca && { ca }) });
  },
});
