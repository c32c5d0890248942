/** The mark: a lintel over a doorway, with the bell between. */
export function Brand({ compact }: { compact?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2.5 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" aria-hidden className="size-8 shrink-0">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path d="M7 9h18v3.25H7z" fill="var(--on-accent)" />
        <path d="M9 12.5h3v12.5H9zM20 12.5h3v12.5h-3z" fill="var(--on-accent)" opacity=".55" />
        <circle cx="16" cy="18" r="2.2" fill="var(--on-accent)" />
      </svg>
      {!compact && <span className="text-lg">Lintel</span>}
    </span>
  );
}
