import { useEffect } from 'react';

const KEY = 'lintel.focus';

/** What the search box wanted to be shown on this page: called once with it, now or when the search asks again. */
export function useFocusOn(ready: boolean, show: (what: string) => void): void {
  useEffect(() => {
    if (!ready) return;
    const look = () => {
      const what = sessionStorage.getItem(KEY);
      if (!what) return;
      sessionStorage.removeItem(KEY);
      // After the dialog has given the focus back.
      setTimeout(() => show(what), 50);
    };
    look();
    window.addEventListener('lintel-focus', look);
    return () => window.removeEventListener('lintel-focus', look);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ready]);
}
