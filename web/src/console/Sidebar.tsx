import { useLingui } from '@lingui/react/macro';
import type { LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import { cx } from '@/ui/cx';
import { useDraftedPages } from './settings/drafts';
import { settingsPath, useNavigation, useSchema } from './nav';

export function Sidebar({ location }: { location: string }) {
  const { t } = useLingui();
  const { top, groups } = useNavigation();
  const schema = useSchema();
  const drafted = useDraftedPages(schema.data);
  return (
    <nav aria-label={t`Console`} className="grid gap-4 px-2 pb-4">
      <ul className="grid gap-0.5">
        {top.map((item) => (
          <li key={item.path}>
            <Entry path={item.path} title={item.title} icon={item.icon} current={location === item.path} />
          </li>
        ))}
      </ul>
      {groups.map((group) => (
        <div key={group.id}>
          <h2 className="flex items-center gap-2 px-3 pb-1 text-xs font-semibold text-soft">
            <group.icon aria-hidden className="size-3.5" />
            {group.title}
          </h2>
          <ul className="grid gap-0.5">
            {group.items.map((item) => (
              <li key={item.path}>
                <Entry path={item.path} title={item.title} current={location === item.path} unsaved={drafted.some((page) => settingsPath(page) === item.path)} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Entry({ path, title, icon: Icon, current, unsaved }: { path: string; title: string; icon?: LucideIcon; current: boolean; unsaved?: boolean }) {
  const { t } = useLingui();
  return (
    <Link
      href={path}
      aria-current={current ? 'page' : undefined}
      className={cx('flex min-h-9 items-center gap-2.5 rounded-lg px-3 text-sm', current ? 'bg-accent-wash font-medium text-accent' : 'text-ink hover:bg-sunken', !Icon && 'pl-[2.1rem]')}
    >
      {Icon && <Icon aria-hidden className="size-4" />}
      <span className="min-w-0 flex-1">{title}</span>
      {unsaved && <span role="img" aria-label={t`not saved`} title={t`not saved`} className="size-2 rounded-full bg-ringing" />}
    </Link>
  );
}
