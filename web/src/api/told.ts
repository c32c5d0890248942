import { type Events, events } from './events';

/** An answer with what was told while it was under way: the answer may be from before that. */
export async function withTold<T, N extends keyof Events>(asked: Promise<T>, name: N, put: (answer: T, news: Events[N]) => T): Promise<T> {
  const told: Events[N][] = [];
  const stop = events.on(name, (news) => told.push(news));
  try {
    const answer = await asked;
    return told.reduce(put, answer);
  } finally {
    stop();
  }
}
