/** Feeds that every market has, and that do not connect to the vendor's hosts. */

/** Made-up data; needs no key. */
export const simulatedFeed = 'simulated';
