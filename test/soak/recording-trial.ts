import { Random } from '../../runtime/simulator/random.js';
import { RecordFolder } from '../support/recording.js';
import { RecordingFuzz } from '../support/recording-fuzz.js';

/** Has recordings read that have something wrong in them. */
export class RecordingTrial {
  /** What should not have happened. */
  readonly faults: string[] = [];
  private readonly folder = new RecordFolder();
  private readonly fuzz: RecordingFuzz;

  constructor(seed: number) {
    this.fuzz = new RecordingFuzz(new Random(seed), this.folder);
  }

  get files(): number {
    return this.fuzz.tried;
  }

  async run(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    do {
      const fault = await this.fuzz.try();
      if (fault !== undefined) this.faults.push(fault);
    } while (performance.now() < endMs);
  }

  close(): void {
    void this.folder.close();
  }
}
