import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, Pencil, Plus, Trash2 } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { api, part } from '@/api/client';
import { useLocks } from '@/api/hooks';
import { usePaged } from '@/api/paged';
import type { Code } from '@/api/types';
import { ConfirmDialog } from '@/shared/ConfirmDialog';
import { ShowMore } from '@/shared/ShowMore';
import { Button, IconButton } from '@/ui/Button';
import { inputClass } from '@/ui/Field';
import { Card, Empty, PageHead, Skeleton } from '@/ui/Layout';
import { Fault, StateIcons, Status } from '@/ui/Status';
import { Table } from '@/ui/Table';
import { say } from '@/ui/Toasts';
import { CodeDialog } from '../CodeDialog';

type Open = { what: 'add' } | { what: 'edit' | 'delete'; code: Code } | null;

export default function Codes() {
  const { t } = useLingui();
  const client = useQueryClient();
  const locks = useLocks();
  const [open, setOpen] = useState<Open>(null);
  const [text, setText] = useState('');
  const asked = useDeferredValue(text.trim());
  const { items, total, query: codes } = usePaged<Code>('codes', asked);
  const close = () => setOpen(null);
  const done = async (words: string) => {
    close();
    await client.invalidateQueries({ queryKey: ['codes'] });
    say(words);
  };
  const doors = (code: Code) => code.locks.map((number) => locks.data?.items.find((lock) => lock.number === number)?.name ?? String(number)).join(', ');
  const add = (
    <Button tone="primary" icon={Plus} onClick={() => setOpen({ what: 'add' })}>
      <Trans>Add a code</Trans>
    </Button>
  );
  return (
    <>
      <PageHead title={t`Codes`} help={t`Typed at the panel as # code #. A code is never shown again after it was saved.`} actions={add} />
      <Fault error={!codes.isFetchNextPageError && codes.error} />
      <Card bodyClassName="p-0!">
        {(total > 0 || asked) && (
          <div className="flex flex-wrap items-center gap-3 border-line p-3 not-last:border-b">
            <input type="search" aria-label={t`Find codes`} placeholder={t`Name or room`} value={text} onChange={(event) => setText(event.target.value)} className={`${inputClass} max-w-xs`} />
            <p role="status" className="text-sm text-soft">
              {codes.isSuccess && <Plural value={total} one="# code" other="# codes" />}
            </p>
          </div>
        )}
        {codes.isPending ? (
          <Skeleton />
        ) : items.length ? (
          <Table
            label={t`Codes`}
            rows={items}
            more={codes.hasNextPage}
            rowKey={(one) => String(one.id)}
            columns={[
              { id: 'name', name: true, title: t`Name`, sort: (one) => one.name, cell: (one) => <Holder code={one} /> },
              { id: 'doors', name: true, title: t`Opens`, cell: doors },
              { id: 'room', title: t`Room`, wide: true, sort: (one) => one.room ?? '', cell: (one) => one.room || '–' },
              {
                id: 'active',
                title: t`State`,
                sort: (one) => Number(!one.active),
                cell: (one) => (one.active ? <Status tone="open" icon={StateIcons.ok}>{t`Active`}</Status> : <Status>{t`Off`}</Status>),
              },
            ]}
            actionsTitle={t`Actions`}
            actions={(one) => (
              <>
                <IconButton icon={Pencil} size="small" label={t`Change ${one.name}`} onClick={() => setOpen({ what: 'edit', code: one })} />
                <IconButton icon={Trash2} size="small" label={t`Delete ${one.name}`} onClick={() => setOpen({ what: 'delete', code: one })} />
              </>
            )}
          />
        ) : codes.isSuccess ? (
          <Empty icon={KeyRound} title={asked ? t`No code matches` : t`No codes yet`} action={!asked && add}>
            {!asked && <Trans>A code lets somebody in without ringing, at the doors you choose.</Trans>}
          </Empty>
        ) : null}
        <ShowMore query={codes} />
      </Card>
      {open?.what === 'add' && <CodeDialog locks={locks.data?.items ?? []} onClose={close} onDone={done} />}
      {open?.what === 'edit' && <CodeDialog code={open.code} locks={locks.data?.items ?? []} onClose={close} onDone={done} />}
      {open?.what === 'delete' && (
        <ConfirmDialog title={t`Delete the code ${open.code.name}?`} verb={t`Delete`} onClose={close} act={() => api.delete(`/codes/${part(open.code.id)}`)} onDone={() => done(t`The code was deleted.`)}>
          <Trans>It opens nothing any more from now on.</Trans>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Whose code it is; on a phone with the room under it, which has no column there. */
function Holder({ code }: { code: Code }) {
  return (
    <>
      <span className="font-medium">{code.name}</span>
      {code.room && <span className="block text-xs text-soft tabular-nums md:hidden">{code.room}</span>}
    </>
  );
}
