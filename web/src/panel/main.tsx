import { api, timeLimit } from '@/api/client';
import type { State } from '@/api/types';
import { mount } from '@/shared/mount';
import { Panel } from './Panel';

const PATIENCE_MS = 3_000;

// It speaks the station's language, where that has one and answers in time.
void api
  .get<State>('/state', undefined, timeLimit(PATIENCE_MS))
  .then(({ station }) => station.language, () => undefined)
  .then((language) => mount(Panel, language));
