import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { BadgeInfo, BookUser, Cpu, KeyRound, LayoutDashboard, type LucideIcon, MonitorSmartphone, PhoneCall, Radio, ScrollText, ServerCog, Video } from 'lucide-react';
import { useCallback } from 'react';
import { api } from '@/api/client';
import type { SettingsPage, SettingsSchema } from '@/api/types';
import { stationLearnt } from '@/i18n';
import { said, saidSchema } from '@/i18n/station';

export interface NavItem {
  path: string;
  title: string;
  /** Words by which the search finds it too. */
  words?: string;
}
export interface NavGroup {
  id: string;
  title: string;
  icon: LucideIcon;
  items: NavItem[];
}

/** The station's table of settings, in the page's language. */
export function useSchema() {
  const { i18n } = useLingui();
  // A new function for a new language: the query then chooses anew.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const select = useCallback((schema: SettingsSchema) => saidSchema(schema), [i18n.locale]);
  return useQuery({ queryKey: ['schema'], staleTime: Infinity, queryFn: async ({ signal }) => (await Promise.all([api.get<SettingsSchema>('/settings/schema', undefined, signal), stationLearnt()]))[0], select });
}

export const settingsPath = (page: string) => `/settings/${page}`;

/** The tree that installers know; only what exists. Settings pages come from the station's own table. */
export function useNavigation(): { top: (NavItem & { icon: LucideIcon })[]; groups: NavGroup[] } {
  const { t } = useLingui();
  const schema = useSchema();
  const top = [
    { path: '/', title: t`Overview`, icon: LayoutDashboard, words: t`start status attention` },
    { path: '/live', title: t`Live`, icon: Radio, words: t`video camera picture watch` },
    { path: '/journal', title: t`Journal`, icon: ScrollText, words: t`log events history search` },
  ];
  const groups: NavGroup[] = [
    {
      id: 'household',
      title: t`Household`,
      icon: BookUser,
      items: [
        { path: '/household/rooms', title: t`Rooms`, words: t`flats apartments residents batch` },
        { path: '/household/monitors', title: t`Monitors`, words: t`pair qr code phone tablet account linphone baresip` },
        { path: '/household/stations', title: t`Stations`, words: t`entrance number` },
      ],
    },
    {
      id: 'access',
      title: t`Access`,
      icon: KeyRound,
      items: [
        { path: '/access/doors', title: t`Doors`, words: t`unlock open relay` },
        { path: '/access/codes', title: t`Codes`, words: t`pin credential keypad` },
        { path: '/access/cards', title: t`Cards`, words: t`rfid nfc tag reader lost main card` },
      ],
    },
    { id: 'intercom', title: t`Intercom`, icon: PhoneCall, items: [] },
    { id: 'video', title: t`Video`, icon: Video, items: [] },
    { id: 'notifications', title: t`Notifications`, icon: MonitorSmartphone, items: [] },
    { id: 'panel', title: t`Panel`, icon: Cpu, items: [{ path: '/panel/hardware', title: t`Hardware`, words: t`twins relay input reader exit button` }] },
    {
      id: 'system',
      title: t`System`,
      icon: ServerCog,
      items: [
        { path: '/system/accounts', title: t`Accounts and sessions`, words: t`password e-mail log out login` },
        { path: '/system/machines', title: t`Machine accounts`, words: t`rtsp api digest secret` },
        { path: '/system/certificate', title: t`Certificate`, words: t`https tls root trust microphone` },
        { path: '/system/about', title: t`About`, words: t`version licence uptime` },
      ],
    },
  ];
  for (const page of schema.data?.pages ?? []) place(groups, page);
  const system = groups.find((group) => group.id === 'system');
  // About always closes the tree.
  if (system) system.items.sort((a, b) => Number(a.path.endsWith('/about')) - Number(b.path.endsWith('/about')));
  return { top, groups: groups.filter((group) => group.items.length) };
}

function place(groups: NavGroup[], page: SettingsPage): void {
  const id = page.group.toLowerCase();
  let group = groups.find((one) => one.id === id);
  if (!group) groups.splice(-1, 0, (group = { id, title: said(page.group), icon: BadgeInfo, items: [] }));
  group.items.push({ path: settingsPath(page.id), title: page.title, words: page.help });
}

