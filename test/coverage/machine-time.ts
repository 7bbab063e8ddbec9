/** Who had the cores of the machine. */
import { readFileSync } from 'node:fs';

/** In seconds of processor time since some moment. */
export interface MachineTime {
  /** Of this process and of those that it started and that have ended. */
  readonly own: number;
  /** Of everybody. */
  readonly all: number;
}

const ticksPerSecond = 100;

/** @returns nothing where the system does not tell */
export function machineTime(): MachineTime | undefined {
  try {
    return readMachineTime(readFileSync('/proc/self/stat', 'utf8'), readFileSync('/proc/stat', 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param self as in `/proc/self/stat`
 * @param machine as in `/proc/stat`
 */
export function readMachineTime(self: string, machine: string): MachineTime {
  // The name of the program stands in parentheses, and may hold anything.
  const fields = self.slice(self.lastIndexOf(')') + 2).split(' ');
  const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + Number(text), 0);
  const [user, nice, system, , , irq, softirq] = machine.split('\n')[0]!.split(/\s+/).slice(1);
  return {
    own: sum(fields.slice(11, 15)) / ticksPerSecond,
    all: sum([user!, nice!, system!, irq!, softirq!]) / ticksPerSecond,
  };
}
