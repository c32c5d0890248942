import { QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newQueryClient } from '@/api/hooks';
import { Translated, chosenLanguage, loadLanguage } from '@/i18n';
import { Toasts } from '@/ui/Toasts';
import '@/ui/theme.css';

/** Starts a page: its language first, so that no untranslated word flashes by. `preferred`: unless another was chosen here. */
export async function mount(Page: ComponentType, preferred?: string): Promise<void> {
  const root = document.getElementById('root');
  if (!root) return;
  await loadLanguage(chosenLanguage(preferred));
  createRoot(root).render(
    <StrictMode>
      <Translated>
        <QueryClientProvider client={newQueryClient()}>
          <Page />
          <Toasts />
        </QueryClientProvider>
      </Translated>
    </StrictMode>,
  );
  if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
