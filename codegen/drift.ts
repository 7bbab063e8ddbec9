/** Compares our spec with another description of the same feed, and both with what `spec/errata.yaml` explains. */
import type { Facts, Subject, What } from './facts.js';
import type { Difference, Explanation } from './model.js';

export interface Drift {
  /** Differences that nothing explains. */
  readonly news: readonly Difference[];
  readonly explained: readonly Explanation[];
  /** Explanations of differences that are not there. */
  readonly stale: readonly Explanation[];
  /** How many channels and fields stand in both. */
  readonly channels: number;
  readonly fields: number;
  /** How often our spec says something about a subject and the other description nothing. */
  readonly unsaid: ReadonlyMap<What, number>;
}

export function findDrift(ours: Facts, theirs: Facts, explanations: readonly Explanation[]): Drift {
  const differences = compareFacts(ours, theirs);
  const known = new Map(explanations.map(explanation => [identify(explanation), explanation]));
  const found = new Set(differences.map(identify));
  const both = [...ours].filter(([at]) => theirs.has(at));
  return {
    news: differences.filter(difference => !known.has(identify(difference))),
    explained: differences.flatMap(difference => known.get(identify(difference)) ?? []),
    stale: explanations.filter(explanation => explanation.owed && !found.has(identify(explanation))),
    channels: both.filter(([, { says }]) => says.channel === 'current').length,
    fields: both.filter(([, { kind }]) => kind === 'field').length,
    unsaid: countUnsaid(both, theirs),
  };
}

/** Every difference, in the order of the places; nothing below a subject that only one side has. */
function compareFacts(ours: Facts, theirs: Facts): Difference[] {
  const differences: Difference[] = [];
  const lone = new Set<string>();
  for (const at of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    if (lone.has(parentOf(at))) {
      lone.add(at);
      continue;
    }
    const found = compareSubject(at, ours.get(at), theirs.get(at));
    const { kind } = (ours.get(at) ?? theirs.get(at))!;
    if (found.some(({ what }) => what === kind)) lone.add(at);
    differences.push(...found);
  }
  return differences;
}

function compareSubject(at: string, ours: Subject | undefined, theirs: Subject | undefined): Difference[] {
  if (!ours || !theirs) {
    const { kind } = (ours ?? theirs)!;
    const [spec, vendor] = [ours?.says[kind] ?? 'absent', theirs?.says[kind] ?? 'absent'];
    // A channel that we call legacy may be gone.
    return spec === 'legacy' ? [] : [{ at, what: kind, spec, vendor }];
  }
  return (Object.keys(ours.says) as What[]).flatMap(what => {
    const [spec, vendor] = [ours.says[what], theirs.says[what]];
    return spec === undefined || vendor === undefined || spec === vendor ? [] : [{ at, what, spec, vendor }];
  });
}

function parentOf(at: string): string {
  return at.split('.').slice(0, -1).join('.');
}

function identify({ at, what, spec, vendor }: Difference): string {
  return JSON.stringify([at, what, spec, vendor]);
}

function countUnsaid(both: readonly (readonly [string, Subject])[], theirs: Facts): ReadonlyMap<What, number> {
  const unsaid = new Map<What, number>();
  for (const [at, { says }] of both) {
    for (const [what, said] of Object.entries(says) as [What, string][]) {
      if (said !== 'none' && theirs.get(at)!.says[what] === undefined) unsaid.set(what, (unsaid.get(what) ?? 0) + 1);
    }
  }
  return unsaid;
}
