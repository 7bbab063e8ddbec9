import { argumentFuzzer } from './arguments.js';
import { endpointFuzzer } from './endpoints.js';
import type { Fuzzer } from './fuzzer.js';
import { numberFuzzer } from './numbers.js';
import { recordingFuzzer } from './recordings.js';
import { requestFuzzer } from './requests.js';
import { scannerFuzzer } from './scanner.js';

/** Every fuzzer. A new one is a file beside these and a line here; the suite and `npm run fuzz` take it from here. */
export const fuzzers: readonly Fuzzer[] = [
  scannerFuzzer,
  numberFuzzer,
  endpointFuzzer,
  argumentFuzzer,
  recordingFuzzer,
  requestFuzzer,
];
