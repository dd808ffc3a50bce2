/** The aim of the design: the agents' limit, dead ratio × interval, and 5 %. */
export const slack = 1.05;
