import { Trans, useLingui } from '@lingui/react/macro';
import { LogOut, Menu, Search, Settings2, WifiOff, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Router, useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { useQueryClient } from '@tanstack/react-query';
import { ApiError, api, setCsrf } from '@/api/client';
import { useLink } from '@/api/hooks';
import type { StationName } from '@/api/types';
import { Preferences } from '@/shared/Preferences';
import { Brand } from '@/ui/Brand';
import { Button, IconButton } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { complain } from '@/ui/Toasts';
import { cx } from '@/ui/cx';
import { Pages } from './Pages';
import { SearchBox } from './SearchBox';
import { Sidebar } from './Sidebar';

interface ShellProps {
  station: StationName;
  account: string;
  version: string;
}

export function Shell(props: ShellProps) {
  return (
    <Router hook={useHashLocation}>
      <Frame {...props} />
    </Router>
  );
}

function Frame({ station, account, version }: ShellProps) {
  const { t } = useLingui();
  const client = useQueryClient();
  const link = useLink();
  const [location] = useLocation();
  const [menu, setMenu] = useState(false);
  const menuButton = useRef<HTMLButtonElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  const [search, setSearch] = useState(false);
  const [mine, setMine] = useState(false);

  const closeMenu = () => {
    setMenu(false);
    menuButton.current?.focus();
  };
  // The page that was chosen in it takes the focus itself.
  useEffect(() => setMenu(false), [location]);
  useEffect(() => {
    if (!menu) return;
    closeButton.current?.focus();
    const pressed = (event: KeyboardEvent) => event.key === 'Escape' && closeMenu();
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [menu]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setSearch(true);
      }
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);

  const leave = async () => {
    try {
      await api.post('/logout');
    } catch (error) {
      // Who is told nothing leaves a browser in which the session goes on.
      if (!(error instanceof ApiError && error.status === 401)) return complain(error);
    }
    setCsrf(null);
    client.clear();
    window.location.reload();
  };

  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[16rem_1fr]">
      <a href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }} className="sr-only focus:not-sr-only focus:fixed! focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-raised focus:p-3 focus:shadow-float">
        <Trans>Skip to the content</Trans>
      </a>
      {menu && <div aria-hidden className="fixed inset-0 z-30 bg-black/40 lg:hidden" onClick={closeMenu} />}
      <aside
        id="sidebar"
        className={cx(
          'fixed inset-y-0 left-0 z-40 w-72 flex-col overflow-y-auto border-r border-line bg-surface lg:sticky lg:top-0 lg:z-auto lg:flex lg:h-dvh lg:w-auto',
          menu ? 'flex shadow-float' : 'hidden',
        )}
      >
        <div className="flex items-center justify-between py-3 pr-2 pl-4">
          <Brand />
          <IconButton ref={closeButton} icon={X} label={t`Close the menu`} className="lg:hidden" onClick={closeMenu} />
        </div>
        <Sidebar location={location} />
        <p className="mt-auto px-4 py-3 text-xs text-soft">
          <Trans>Version {version}</Trans>
        </p>
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-20 flex items-center gap-2 border-b border-line bg-ground px-3 py-2 lg:px-6">
          <IconButton ref={menuButton} icon={Menu} label={t`Open the menu`} aria-expanded={menu} aria-controls="sidebar" className="lg:hidden" onClick={() => setMenu(true)} />
          <p className="flex min-w-0 flex-1 gap-1.5 text-sm font-medium">
            <span className="truncate">{station.name || <Trans>Door station</Trans>}</span> <span className="text-soft max-sm:hidden">{station.number}</span>
          </p>
          <button type="button" onClick={() => setSearch(true)} className="hairline hidden min-h-10 w-80 items-center gap-2 rounded-lg bg-surface px-3 text-sm text-soft hover:text-ink md:flex" aria-keyshortcuts="Control+K">
            <Search aria-hidden className="size-4" />
            <span className="flex-1 truncate text-left">
              <Trans>Find a setting, room or page</Trans>
            </span>
            <kbd className="rounded border border-line px-1.5 font-sans text-xs">
              <Trans>Ctrl K</Trans>
            </kbd>
          </button>
          <IconButton icon={Search} label={t`Find a setting, room or page`} className="md:hidden" onClick={() => setSearch(true)} />
          <IconButton icon={Settings2} label={t`Language and appearance`} onClick={() => setMine(true)} />
          <IconButton icon={LogOut} label={t`Log out ${account}`} onClick={leave} />
        </header>
        <div role="status">
          {link === 'reconnecting' && (
            <p className="flex items-center gap-2 bg-ringing-wash px-4 py-2 text-sm text-ringing lg:px-6">
              <WifiOff aria-hidden className="size-4" />
              <Trans>The station does not answer. What you see may be old; it is tried again.</Trans>
            </p>
          )}
        </div>
        <main id="main" tabIndex={-1} className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 pb-24 lg:px-8">
          <Pages version={version} />
        </main>
      </div>
      {search && <SearchBox onClose={() => setSearch(false)} />}
      {mine && (
        <Dialog
          title={t`Language and appearance`}
          sticky={false}
          onClose={() => setMine(false)}
          footer={
            <Button tone="primary" onClick={() => setMine(false)}>
              <Trans>Done</Trans>
            </Button>
          }
        >
          <Preferences />
        </Dialog>
      )}
    </div>
  );
}
