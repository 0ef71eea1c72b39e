// An ArrivalStore in memory with the semantics of DynamoDB's conditional writes; `step` decides when each write happens.
import type { ArrivalStore, Write } from "../../src/rate-limit/gcra";

type Step = <T>(write: () => T) => Promise<T>;

const immediately: Step = (write) => Promise.resolve(write());

export function memoryStore(step: Step = immediately): ArrivalStore & { readonly items: Map<string, number> } {
  const items = new Map<string, number>();
  const put = (user: string, tat: number): Write => {
    items.set(user, tat);
    return { applied: true, tat };
  };
  const refuse = (user: string): Write => ({ applied: false, tat: items.get(user) });
  return {
    items,
    startFrom: (user, now, increment) =>
      step(() => ((items.get(user) ?? 0) <= now ? put(user, now + increment) : refuse(user))),
    advance: (user, now, increment, latest) =>
      step(() => {
        const tat = items.get(user);
        return tat !== undefined && tat > now && tat <= latest ? put(user, tat + increment) : refuse(user);
      }),
  };
}
