import { useLingui } from '@lingui/react/macro';
import { Check, Copy } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { encode } from 'uqr';
import { IconButton } from './Button';

/** A value to be taken over elsewhere: large enough to read out, one press to copy. */
export function CopyLine({ label, value }: { label: ReactNode; value: string }) {
  const { t } = useLingui();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      setCopied(false);
    }
  };
  return (
    <div className="hairline flex items-center gap-3 rounded-lg bg-ground py-1 pr-1 pl-3 text-sm">
      <span className="w-20 shrink-0 text-soft sm:w-28">{label}</span>
      <code className="min-w-0 flex-1 font-mono break-all select-all">{value}</code>
      <IconButton icon={copied ? Check : Copy} size="small" label={copied ? t`Copied` : t`Copy`} onClick={copy} />
      <span role="status" className="sr-only">{copied ? t`Copied` : ''}</span>
    </div>
  );
}

/** A QR code drawn as one path; always dark on white, because cameras expect that. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(text, { border: 2 });
    let drawn = '';
    for (let y = 0; y < code.size; y += 1) {
      for (let x = 0; x < code.size; x += 1) if (code.data[y]?.[x]) drawn += `M${x} ${y}h1v1h-1z`;
    }
    return { size: code.size, path: drawn };
  }, [text]);
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className="w-full max-w-60 rounded-xl bg-white">
      <path d={path} fill="#000" />
    </svg>
  );
}
