export const VOICE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Why there is no microphone or camera: the page is not secure, none is connected, the person or the browser refuses, or another program holds it. */
export type DeviceFault = 'insecure' | 'missing' | 'refused' | 'busy';

/** This device's microphone or camera; where it cannot be had, why. */
export async function take(wanted: MediaStreamConstraints): Promise<MediaStream | DeviceFault> {
  if (!navigator.mediaDevices) return 'insecure';
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'NotFoundError') return 'missing';
    return name === 'NotAllowedError' || name === 'SecurityError' ? 'refused' : 'busy';
  }
}

export const stopTracks = (media: MediaStream | null) => {
  for (const track of media?.getTracks() ?? []) track.stop();
};
