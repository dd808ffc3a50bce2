/** The last step: a plan as the text that the host's system takes as user-data. */
import type { HostPlan } from "../plan.ts";
import { renderCloudConfig } from "./cloud-config.ts";

export const renderPlan = (plan: HostPlan): string => renderCloudConfig(plan);
