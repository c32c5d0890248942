import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { Trans } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { cx } from './cx';

export interface Column<T> {
  id: string;
  title: ReactNode;
  cell: (row: T) => ReactNode;
  /** Given, the column can be sorted by this. */
  sort?: (row: T) => string | number;
  /** What people have called something: a long word breaks rather than push the other columns out of sight. */
  name?: boolean;
  /** Hidden on narrow screens. */
  wide?: boolean;
  className?: string;
}

interface TableProps<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  /** There are rows that have not come yet: sorting these alone would hide where the others belong, so it is not offered. */
  more?: boolean;
  rowKey: (row: T) => string;
  /** Buttons at the end of each row; `actionsTitle` names the column for screen readers. */
  actions?: (row: T) => ReactNode;
  actionsTitle?: string;
}

const collate = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const compare = (a: string | number, b: string | number) =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collate.compare(String(a), String(b));

/** A plain table with columns that sort by a button; on a phone the lesser columns step back. */
export function Table<T>({ label, columns, rows, more, rowKey, actions, actionsTitle }: TableProps<T>) {
  const [order, setOrder] = useState<{ id: string; down: boolean } | null>(null);
  const sortable = (column: Column<T>) => (more ? undefined : column.sort);
  const ordered = columns.find((column) => column.id === order?.id);
  const by = ordered && sortable(ordered);
  const shown = by ? [...rows].sort((a, b) => compare(by(a), by(b)) * (order?.down ? -1 : 1)) : rows;
  const toggle = (id: string) => setOrder((old) => (old?.id !== id ? { id, down: false } : old.down ? null : { id, down: true }));
  return (
    <div className="overflow-x-auto rounded-2xl" role="region" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-left text-soft">
            {columns.map((column) => {
              const sorts = sortable(column);
              const sorted = order?.id === column.id;
              const Arrow = !sorted ? ChevronsUpDown : order?.down ? ArrowDown : ArrowUp;
              return (
                <th
                  key={column.id}
                  scope="col"
                  aria-sort={!sorts ? undefined : sorted ? (order?.down ? 'descending' : 'ascending') : 'none'}
                  className={cx('px-2.5 py-2 font-medium whitespace-nowrap first:pl-4 sm:px-4', column.wide && 'max-md:hidden', column.className)}
                >
                  {sorts ? (
                    <button type="button" onClick={() => toggle(column.id)} className="-mx-1 inline-flex min-h-6 items-center gap-1 rounded px-1 hover:text-ink">
                      {column.title}
                      <Arrow aria-hidden className={cx('size-3.5', !sorted && 'opacity-50')} />
                    </button>
                  ) : (
                    column.title
                  )}
                </th>
              );
            })}
            {actions && (
              <th scope="col" className="sticky right-0 bg-surface px-2 py-2 text-right font-medium">
                <span className="sr-only">{actionsTitle}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)} className="group border-b border-line last:border-0 hover:bg-ground">
              {columns.map((column) => (
                <td key={column.id} className={cx('px-2.5 py-2 align-middle first:pl-4 sm:px-4', column.name && 'min-w-20 wrap-anywhere', column.wide && 'max-md:hidden', column.className)}>
                  {column.cell(row)}
                </td>
              ))}
              {actions && (
                <td className="sticky right-0 bg-surface px-2 py-1 group-hover:bg-ground">
                  <div className="flex justify-end gap-1">{actions(row)}</div>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {more && (
        <p className="px-4 py-2 text-sm text-soft">
          <Trans>Not all are shown yet. When they are, columns can be sorted.</Trans>
        </p>
      )}
    </div>
  );
}
