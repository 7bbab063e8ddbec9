import { describe, expect, test } from 'vitest';
import type { UpstreamUser } from '../../runtime/stream/upstream-user.js';
import { Users } from '../../runtime/stream/users.js';

/** One who asked for these names, and to whom nothing happens. */
function asking(...names: readonly string[]): UpstreamUser {
  const nothing = (): void => {};
  return {
    take: nothing,
    account: nothing,
    strayed: nothing,
    doubted: nothing,
    stateChanged: nothing,
    replayEnded: nothing,
    asks: name => names.includes(name),
    subscriptionChanged: nothing,
    turnedDown: nothing,
    readmitted: nothing,
  };
}

function usersOf(...users: readonly UpstreamUser[]): Users {
  const all = new Users();
  for (const user of users) all.add(user);
  return all;
}

describe('names that are to be asked for', () => {
  test('are those of one user at a time, of each in its turn', () => {
    const users = usersOf(asking('T.A', 'T.B', 'T.C'), asking('Q.A', 'T.B'));
    const pending = ['T.A', 'Q.A', 'T.B', 'T.C'];
    expect(users.namesOfNext(pending, 2)).toEqual(['T.A', 'T.B']);
    expect(users.namesOfNext(pending, 2)).toEqual(['Q.A', 'T.B']);
    expect(users.namesOfNext(pending, 9)).toEqual(['T.A', 'T.B', 'T.C']);
  });

  test('are none where nobody asked for any of them', () => {
    expect(usersOf(asking('T.A')).namesOfNext(['T.B'], 9)).toEqual([]);
    expect(usersOf().namesOfNext(['T.B'], 9)).toEqual([]);
  });
});

describe('one who leaves', () => {
  test('still takes what came before, and is told of nothing else', () => {
    const [ann, bob] = [asking('T.A'), asking('T.B')];
    const users = usersOf(ann, bob);
    void users.part(ann);
    const told: UpstreamUser[] = [];
    users.tell(user => told.push(user));
    expect(told).toEqual([bob]);
    expect(users.takers).toEqual([bob, ann]);
    expect([users.has(ann), users.ask('T.A'), users.ask('T.B'), users.isEmpty]).toEqual([false, false, true, false]);
  });

  test('is told when that was given', async () => {
    const ann = asking();
    const users = usersOf(ann);
    const given = users.part(ann);
    users.forget(ann);
    await given;
    expect([users.takers, users.isEmpty]).toEqual([[], true]);
  });

  test('goes with all who left where the source broke', async () => {
    const [ann, bob, eve] = [asking(), asking(), asking()];
    const users = usersOf(ann, bob, eve);
    const given = [users.part(ann), users.part(bob)];
    users.forgetParting();
    await Promise.all(given);
    expect(users.takers).toEqual([eve]);
  });
});
