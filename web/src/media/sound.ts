import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/**
 * Safari plays what can be heard only where it was begun by a press, or while the page has the microphone; on an iPhone
 * or iPad every browser does so.
 */
export const needsPress = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotAllowedError';

interface RemoteSound {
  element: RefObject<HTMLAudioElement | null>;
  /** It is there, but is heard only after `play` was called by a press. */
  refused: boolean;
  /** Called by a press before there is any sound, it lets the sound begin by itself when it comes. */
  play: () => void;
}

/** The sound of the other side in a call. */
export function useRemoteSound(remote: MediaStream | null): RemoteSound {
  const element = useRef<HTMLAudioElement>(null);
  const [refused, setRefused] = useState(false);
  const play = useCallback(() => {
    element.current?.play().then(
      () => setRefused(false),
      (error: unknown) => needsPress(error) && setRefused(true),
    );
  }, []);
  useEffect(() => {
    if (!element.current) return;
    element.current.srcObject = remote;
    if (remote) play();
    else setRefused(false);
  }, [remote, play]);
  return { element, refused, play };
}
