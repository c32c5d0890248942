import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useEvent, useLink } from '@/api/hooks';
import type { CardIssue } from '@/api/types';

const LOOK_EVERY_MS = 1_000;

/** How the issue of a card stands, whoever began it: told by the station, or asked for while the link is down. */
export function useCardIssue() {
  const client = useQueryClient();
  const link = useLink();
  useEvent('card', (issue) => {
    client.setQueryData<CardIssue>(['card-issue'], issue);
    if (issue.state === 'issued') void client.invalidateQueries({ queryKey: ['cards'] });
  });
  // What was told while the link was down is told to nobody again.
  useEvent('hello', () => void client.invalidateQueries({ queryKey: ['card-issue'] }));
  return useQuery({
    queryKey: ['card-issue'],
    staleTime: 0,
    queryFn: ({ signal }) => api.get<CardIssue>('/cards/issue', undefined, signal),
    refetchInterval: (query) => link !== 'online' && query.state.data?.state === 'awaited' && LOOK_EVERY_MS,
  });
}
