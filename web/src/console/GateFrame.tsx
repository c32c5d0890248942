import type { ReactNode } from 'react';
import { Brand } from '@/ui/Brand';

/** The quiet page around set-up and login. */
export function GateFrame({ title, help, step, children }: { title: ReactNode; help?: ReactNode; step?: ReactNode; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="hairline grid w-full max-w-md gap-6 rounded-2xl bg-surface p-6 shadow-float sm:p-8">
        <div className="flex items-center justify-between">
          <Brand />
          {step && <span className="text-sm text-soft">{step}</span>}
        </div>
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          {help && <p className="mt-2 text-sm text-soft">{help}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
