import { Trans } from '@lingui/react/macro';
import { Button } from '@/ui/Button';
import { Note } from '@/ui/Status';

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: Error | null;
  fetchNextPage: () => unknown;
}

/** Below a list of which there is more. What did not come is said here, and asked for again only when one wants it. */
export function ShowMore({ query }: { query: Paged }) {
  if (!query.hasNextPage) return null;
  const { isFetchNextPageError: failed, error } = query;
  return (
    <div className="grid justify-items-center gap-3 border-t border-line p-3">
      {failed && <Note kind="error">{error?.message}</Note>}
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {failed ? <Trans>Try again</Trans> : <Trans>Show more</Trans>}
      </Button>
    </div>
  );
}
