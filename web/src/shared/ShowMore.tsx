import { Trans } from '@lingui/react/macro';
import { Button } from '@/ui/Button';

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Below a list of which there is more. */
export function ShowMore({ query }: { query: Paged }) {
  if (!query.hasNextPage) return null;
  return (
    <div className="grid justify-center border-t border-line p-3">
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        <Trans>Show more</Trans>
      </Button>
    </div>
  );
}
