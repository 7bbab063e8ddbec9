import { RecordFolder } from '../support/recording.js';
import { RecordingFuzz } from '../support/recording-fuzz.js';
import type { Fuzzer } from './fuzzer.js';

export const recordingFuzzer: Fuzzer = {
  name: 'recordings',
  claim: 'A recording with anything wrong in it is named as damaged, and nothing out of bounds comes out of it.',
  usualCases: 200,
  open(random) {
    const folder = new RecordFolder();
    const fuzz = new RecordingFuzz(random, folder);
    return { next: () => fuzz.try(), close: () => void folder.close() };
  },
};
