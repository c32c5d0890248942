// What every page stands in: the words of its language, and what it asked the station for.
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { newQueryClient } from '@/api/hooks';

export const inPage = (page: ReactNode, client = newQueryClient()) => (
  <I18nProvider i18n={i18n}>
    <QueryClientProvider client={client}>{page}</QueryClientProvider>
  </I18nProvider>
);
